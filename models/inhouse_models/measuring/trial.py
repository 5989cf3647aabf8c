"""Reads and writes with a loaded model as llama-bench does, and takes the time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context
from inhouse_models.measuring.measured import READ_TOKENS, WRITTEN_TOKENS

REPETITIONS = 3
# Where a model is slow, fewer repetitions have to do.
LIMIT_SECONDS = 60.0
SEQUENCE = 0


@dataclass(frozen=True, slots=True)
class Samples:
    """Tokens a second of every repetition."""

    reading: tuple[float, ...]
    writing: tuple[float, ...]


def run_trial(context: Context, progress: Callable[[int, int], None]) -> Samples:
    """Read a prompt and write an answer, again and again; raises DecodeError.

    The first time warms up and does not count, unless it alone takes all the time there is.
    `progress` hears how many repetitions are done, of how many.
    """
    chance = np.random.default_rng(0)
    reading: list[float] = []
    writing: list[float] = []
    started = time.perf_counter()
    for number in range(REPETITIONS + 1):
        progress(number, REPETITIONS + 1)
        reading.append(_read(context, chance))
        writing.append(_write(context, chance))
        if time.perf_counter() - started > LIMIT_SECONDS:
            break
    return Samples(tuple(reading[1:] or reading), tuple(writing[1:] or writing))


def _read(context: Context, chance: np.random.Generator) -> float:
    """Tokens a second of a prompt, in the chunks that the engine reads in."""
    count = min(READ_TOKENS, context.cells // 2)
    tokens = _tokens(context, chance, count)
    chunk = min(context.chunk, context.options.batch)
    context.clear(SEQUENCE)
    started = time.perf_counter()
    for first in range(0, count, chunk):
        context.decode([Rows(SEQUENCE, tokens[first : first + chunk])])
    context.synchronise()
    return count / (time.perf_counter() - started)


def _write(context: Context, chance: np.random.Generator) -> float:
    """Tokens a second of single tokens, from the beginning of a text on."""
    count = min(WRITTEN_TOKENS, context.cells // 2)
    context.clear(SEQUENCE)
    started = time.perf_counter()
    for token in _tokens(context, chance, count):
        context.decode([Rows(SEQUENCE, [token])])
        context.synchronise()
    seconds = time.perf_counter() - started
    context.clear(SEQUENCE)
    return count / seconds


def _tokens(context: Context, chance: np.random.Generator, count: int) -> list[int]:
    return chance.integers(context.vocabulary_size, size=count).tolist()
