"""What counts of successes say: rates, intervals, and whether a difference may be chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

# The 97.5th percentile of the normal distribution: an interval of 95 %.
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """Between 0 and 1."""

    low: float
    high: float


def wilson(rate: float, total: int) -> Interval:
    """The score interval of Wilson (1927) at 95 % for a rate seen over so many independent trials.

    It stays within 0 and 1 and has a width even when all or none succeeded.
    """
    if total == 0:
        return Interval(0.0, 1.0)
    squared = Z * Z
    centre = (rate + squared / (2 * total)) / (1 + squared / total)
    spread = rate * (1 - rate) / total + squared / (4 * total * total)
    width = Z * sqrt(max(0.0, spread)) / (1 + squared / total)
    return Interval(max(0.0, centre - width), min(1.0, centre + width))


def any_of(total: int, solved: int, k: int) -> float:
    """pass@k: the chance that one of k attempts or more solves it, when `solved` of `total` did.

    The unbiased estimate of Chen et al. (2021), for k up to `total`.
    """
    return 1 - comb(total - solved, k) / comb(total, k)


def all_of(total: int, solved: int, k: int) -> float:
    """pass^k: the chance that every one of k attempts solves it (Yao et al., 2024)."""
    return comb(solved, k) / comb(total, k)


def mean(values: Sequence[float]) -> float:
    """The average; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def sign_test(first: int, second: int) -> float:
    """How likely a split at least as uneven as this one is when both are as good (McNemar, exact).

    `first` and `second` count the pairs that only one of the two solved. Two-sided.
    """
    total = first + second
    if total == 0:
        return 1.0
    tail = sum(comb(total, count) for count in range(min(first, second) + 1)) / 2**total
    return min(1.0, 2 * tail)
