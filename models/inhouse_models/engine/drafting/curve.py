"""What it costs to decode several ids at once, measured on this machine."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise

# Drafts of up to 16 ids, and the id before them.
ROWS = 17
# The single row first, since all is compared with it; then coarse before fine.
ORDER = (1, 17, 5, 9, 2, 4, 3, 13, 11, 7, 6, 8, 15)
REPETITIONS = 5


@dataclass(frozen=True, slots=True)
class BatchCurve:
    """Seconds of one decode by its rows: `seconds[rows - 1]`; never falling, never zero."""

    seconds: tuple[float, ...]

    def __post_init__(self) -> None:
        usable = all(math.isfinite(one) and one > 0 for one in self.seconds)
        if not self.seconds or not usable or any(b < a for a, b in pairwise(self.seconds)):
            raise ValueError(f"not a batch curve: {self.seconds}")

    @property
    def rows(self) -> int:
        """The largest batch it knows."""
        return len(self.seconds)

    def at(self, rows: int) -> float:
        """Seconds of a batch; beyond the measured ones every row costs what a single one does."""
        if rows <= self.rows:
            return self.seconds[rows - 1]
        return self.seconds[-1] + (rows - self.rows) * self.seconds[0]


def smooth_curve(measured: dict[int, float], rows: int = ROWS) -> BatchCurve:
    """A curve through the least seconds measured for some batches, one row among them.

    Between two batches it is a line, and beyond the largest every row costs what a single one
    does, so that what was not measured promises no gain. Disturbances only ever add time: a batch
    that seems slower than a larger one was disturbed, and costs at most what the larger one does.
    """
    known = sorted(measured)
    least = list(accumulate((measured[one] for one in reversed(known)), min))[::-1]
    seconds = [least[0]]
    for (left, low), (right, high) in pairwise(zip(known, least, strict=True)):
        step = (high - low) / (right - left)
        seconds += [low + step * (row - left) for row in range(left + 1, right)] + [high]
    seconds += [seconds[-1] + extra * seconds[0] for extra in range(1, rows - len(seconds) + 1)]
    return BatchCurve(tuple(seconds[:rows]))


def measure_curve(
    run: Callable[[int], float], rows: int = ROWS, limit_seconds: float = 3.0
) -> BatchCurve:
    """The curve of `run(rows)`, which decodes a batch and returns its seconds.

    A batch that would bring the sum of the returned seconds above the limit is left out; a
    single row is measured in any case.
    """
    sizes = [size for size in ORDER if size <= rows]
    measured = {1: run(1)}
    spent = measured[1]
    for size in sizes * REPETITIONS:
        if spent + smooth_curve(measured, size).at(size) > limit_seconds:
            continue
        seconds = run(size)
        spent += seconds
        measured[size] = min(seconds, measured.get(size, seconds))
    return smooth_curve(measured, rows)
