"""Our decode loop with streaming against a bare llama_decode and greedy loop, interleaved."""

import statistics
import time

import numpy as np
from figure import Bench, Figure, Target
from loop import Loop
from material import passages

from inhouse_models.engine.binding import library

STORY = "Write a long story about a lighthouse, its keeper and the ships that pass."


def measure_decode(bench: Bench) -> list[Figure]:
    """256 tokens behind a short prompt and behind one of about 4,000 tokens."""
    tokens, pairs = bench.few(256, 16), bench.few(5, 1)
    deep = bench.few(14, 1)
    # One sequence, so that both loops find the prompt in the same cells.
    loop = Loop(bench.model, bench.threads, bench.few(6_144, 2_048), sequences=1)
    try:
        prompts = {
            "depth 0": loop.chat(STORY),
            "depth 4k": loop.chat("\n".join([*passages()[:deep], STORY])),
        }
        return [_measure(loop, depth, ids, tokens, pairs) for depth, ids in prompts.items()]
    finally:
        loop.close()


def _measure(loop: Loop, depth: str, prompt: tuple[int, ...], tokens: int, pairs: int) -> Figure:
    loop.answer(prompt, 1)
    bare: list[float] = []
    own: list[float] = []
    for _ in range(pairs):
        bare.append(bare_seconds(loop, len(prompt), tokens) / tokens * 1000)
        own.append(own_seconds(loop, prompt, tokens) / tokens * 1000)
    ratios = [mine / theirs for mine, theirs in zip(own, bare, strict=True)]
    return Figure(
        f"decode loop at {depth}",
        statistics.median(own),
        "ms/token",
        "bare loop",
        statistics.median(bare),
        statistics.median(ratios),
        Target("at most", 1.03),
        f"{tokens} tokens behind {len(prompt)}, {pairs} pairs; minima {min(own):.2f} and"
        f" {min(bare):.2f} ms, their ratio {min(own) / min(bare):.3f}",
    )


def bare_seconds(loop: Loop, depth: int, count: int) -> float:
    """Seconds for `count` tokens by llama_decode and argmax alone, behind the prompt that the
    context holds; afterwards it holds just that."""
    functions, context = library(), loop.context
    context.cut(0, depth)
    batch = functions.llama_batch_init(1, 0, 1)
    view = np.ctypeslib.as_array(batch.token, (1,))
    position = np.ctypeslib.as_array(batch.pos, (1,))
    batch.n_seq_id[0], batch.seq_id[0][0], batch.logits[0], batch.n_tokens = 1, 0, 1, 1
    token = loop.weights.vocabulary.end_of_turn
    started = time.perf_counter()
    for step in range(count):
        view[0], position[0] = token, depth + step
        functions.llama_decode(context.pointer, batch)
        token = int(context.logits().argmax())
    seconds = time.perf_counter() - started
    functions.llama_batch_free(batch)
    context.cut(0, depth)
    return seconds


def own_seconds(loop: Loop, prompt: tuple[int, ...], count: int) -> float:
    """Seconds for `count` tokens by the engine's own loop, which knows the prompt."""
    # The first token comes from the prompt's logits and needs no decode.
    answered = loop.answer(prompt, count + 1)
    ended = answered.ended
    decoded = len(ended.ids) - 1
    if decoded < count // 2 or ended.usage.cached_input_tokens != len(prompt):
        raise RuntimeError(f"the answer is not the one that was measured: {ended.usage}")
    # A model may end its answer a little earlier.
    return answered.seconds * count / decoded
