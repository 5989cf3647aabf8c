"""Two conversations at once: their speed together, and how long a short one waits."""

import statistics
import time
from collections.abc import Sequence

from figure import Bench, Figure, Target
from loop import Loop
from material import passages

from inhouse_models.engine.job import Reading, Step, Written

PROMPTS = (
    "Write a long story about a lighthouse, its keeper and the ships that pass.",
    "Explain in detail how a compiler turns source text into a program that runs.",
)
SHORT = "What is the capital of France?"


def measure_together(bench: Bench) -> list[Figure]:
    """2 x 128 tokens, and a short question while a prompt of 4,000 tokens is read."""
    loop = Loop(bench.model, bench.threads, 8_192)
    try:
        return [_throughput(loop, bench), _waiting(loop, bench)]
    finally:
        loop.close()


def _throughput(loop: Loop, bench: Bench) -> Figure:
    tokens = bench.few(128, 12)
    prompts = [loop.chat(text) for text in PROMPTS]
    for prompt in prompts:
        loop.answer(prompt, 1)
    together: list[float] = []
    alone: list[float] = []
    for turn in range(bench.few(7, 1)):
        runs = [(together, True), (alone, False)]
        for speeds, at_once in runs if turn % 2 == 0 else runs[::-1]:
            speeds.append(_tokens_per_second(loop, prompts, tokens, at_once=at_once))
    ratios = [both / single for both, single in zip(together, alone, strict=True)]
    return Figure(
        "two conversations together / one after the other",
        statistics.median(together),
        "tokens/s",
        "alone",
        statistics.median(alone),
        statistics.median(ratios),
        Target("at least", 1.03),
        f"2 x {tokens} tokens, {len(ratios)} pairs, from {min(ratios):.3f} to {max(ratios):.3f}",
    )


def _tokens_per_second(
    loop: Loop, prompts: list[tuple[int, ...]], tokens: int, *, at_once: bool
) -> float:
    started = time.perf_counter()
    answers = [loop.add(prompt, tokens) for prompt in prompts[: 2 if at_once else 1]]
    loop.finish()
    if not at_once:
        answers.append(loop.answer(prompts[1], tokens))
    seconds = time.perf_counter() - started
    return sum(len(one.ended.ids) for one in answers) / seconds


def _waiting(loop: Loop, bench: Bench) -> Figure:
    """Chunks of a long prompt between a short question and its first token.

    The question comes while a chunk is read, which counts as the first.
    """
    long = loop.add(loop.chat("\n".join(passages()[: bench.few(14, 2)])), 1)
    short = loop.chat(SHORT)
    while _chunks(long.steps) < bench.few(3, 1):
        loop.scheduler.step()
    before = _chunks(long.steps)
    answered = loop.add(short, 4)
    started = time.perf_counter()
    while not any(isinstance(step, Written) for step in answered.steps):
        loop.scheduler.step()
    seconds = time.perf_counter() - started
    waited = 1 + _chunks(long.steps) - before
    loop.finish()
    return Figure(
        "first token of a short question while a long prompt is read",
        waited,
        "chunks",
        target=Target("at most", 2.0),
        note=f"{seconds:.2f} s after the chunk in which it came",
    )


def _chunks(steps: Sequence[Step]) -> int:
    return sum(isinstance(step, Reading) and step.done > step.cached for step in steps)
