"""Simple statistics over a list of numbers."""


def mean(numbers):
    """Return the arithmetic mean."""
    return sum(numbers) / len(numbers)


def median(numbers):
    """Return the middle number, or the mean of the two middle ones."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def spread(numbers):
    """Return the distance between the largest and the smallest number."""
    return max(numbers) - min(numbers)
