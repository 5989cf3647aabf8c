"""Finds the quickest of a few settings by timing them in turn, within a limit of time."""

import math
from collections.abc import Callable, Mapping, Sequence

REPETITIONS = 3
# What was so much slower than the best once is not tried again.
HOPELESS = 1.5
# What differs by less is as good: then the smaller setting leaves more to everyone else.
ALIKE = 1.03


def time_each(
    settings: Sequence[int], run: Callable[[int], float], limit_seconds: float
) -> dict[int, float]:
    """The least seconds of each setting, as `run(setting)` returns them.

    The first setting is timed in any case, and each once more only while the sum of all seconds
    stays below the limit. Least, because a disturbance only ever adds time.
    """
    measured: dict[int, float] = {}
    spent = 0.0
    for setting in [*settings] * REPETITIONS:
        best = min(measured.values(), default=0.0)
        before = measured.get(setting, math.inf)
        expected = best if math.isinf(before) else before
        if measured and (spent + expected > limit_seconds or expected > HOPELESS * best):
            continue
        seconds = run(setting)
        spent += seconds
        measured[setting] = min(before, seconds)
    return measured


def smallest_of_the_best(measured: Mapping[int, float]) -> int:
    """The smallest setting that is about as quick as the quickest one."""
    best = min(measured.values())
    return min(setting for setting, seconds in measured.items() if seconds <= best * ALIKE)


def thread_counts(most: int) -> list[int]:
    """Numbers of threads to try, the largest first: all, and some quarters of them."""
    return sorted({most, *(-(-most * part // 4) for part in (3, 2, 1))}, reverse=True)
