"""Measures our decode loop against a bare llama_decode and greedy loop, interleaved in one run."""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.binding import library
from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.job import Ended, Job, Step
from inhouse_models.engine.scheduler import Scheduler
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.weights import Weights

PROMPT = (
    "<|im_start|>user\nWrite a long story about a lighthouse.<|im_end|>\n<|im_start|>assistant\n"
)


def bare_seconds(context: Context, prompt: list[int], count: int) -> float:
    """Seconds for `count` tokens by llama_decode and argmax alone, prompt not counted."""
    functions = library()
    context.clear(0)
    context.decode([Rows(0, prompt)])
    token = int(context.logits().argmax())
    batch = functions.llama_batch_init(1, 0, 1)
    view = np.ctypeslib.as_array(batch.token, (1,))
    position = np.ctypeslib.as_array(batch.pos, (1,))
    batch.n_seq_id[0], batch.seq_id[0][0], batch.logits[0], batch.n_tokens = 1, 0, 1, 1
    started = time.perf_counter()
    for step in range(count):
        view[0], position[0] = token, len(prompt) + step
        functions.llama_decode(context.pointer, batch)
        token = int(context.logits().argmax())
    seconds = time.perf_counter() - started
    functions.llama_batch_free(batch)
    context.clear(0)
    return seconds


def own_seconds(context: Context, prompt: list[int], count: int) -> float:
    """Seconds for `count` tokens by the engine's own loop with streaming, prompt not counted."""
    store = PrefixStore("bench", None, Budget(0, 0), recurrent=context.weights.recurrent)
    scheduler = Scheduler(context, Conversations(context, store, 0), _no_grammar)
    received: list[Step] = []
    scheduler.add(Job(tuple(prompt), received.append, max_tokens=count + 1))
    while not scheduler.idle:
        scheduler.step()
    ended = received[-1]
    assert isinstance(ended, Ended) and len(ended.ids) == count + 1, ended
    return ended.timings.write_seconds


def main() -> None:
    """Print medians per token and their ratio; `--json` for machines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    weights = Weights(options.model)
    context = Context(weights, ContextOptions(cells=2048, threads=options.threads, sequences=2))
    prompt = weights.tokenise(PROMPT, special=True)
    bare: list[float] = []
    own: list[float] = []
    for _ in range(options.pairs):
        bare.append(bare_seconds(context, prompt, options.tokens) / options.tokens * 1000)
        own.append(own_seconds(context, prompt, options.tokens) / options.tokens * 1000)
    ratios = [mine / theirs for mine, theirs in zip(own, bare, strict=True)]
    figures = {
        "bare_ms_per_token": statistics.median(bare),
        "own_ms_per_token": statistics.median(own),
        "ratio_of_minima": min(own) / min(bare),
        "median_of_paired_ratios": statistics.median(ratios),
        "pairs": options.pairs,
        "tokens": options.tokens,
    }
    print(json.dumps(figures) if options.json else _table(figures))


def _no_grammar() -> GrammarCompiler:
    raise AssertionError("this measurement holds nothing to a grammar")


def _table(figures: dict[str, float]) -> str:
    return "\n".join(f"{name:28} {value:8.3f}" for name, value in figures.items())


if __name__ == "__main__":
    main()
