"""Simple statistics over a list of numbers."""


def mean(numbers):
    """Return the arithmetic mean."""
    return sum(numbers) / len(numbers)


def spread(numbers):
    """Return the distance between the largest and the smallest number."""
    return max(numbers) - min(numbers)
