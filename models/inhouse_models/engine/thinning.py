"""Which of the places that a conversation can be taken back to is missed least."""

from collections.abc import Sequence


def least_missed(ends: Sequence[int]) -> int | None:
    """The place, of at least three in ascending order, that leaves the smallest gap measured by
    how far back it is; the first (the system prompt) and the last stay."""
    last = ends[-1] if ends else 0

    def gap(place: int) -> float:
        before, after = ends[place - 1], ends[place + 1]
        return (after - before) / (last - before + 1)

    return min(range(1, len(ends) - 1), key=gap, default=None)
