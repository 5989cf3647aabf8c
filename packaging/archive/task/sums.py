"""Sums."""


def add(first, second):
    """The sum of two numbers."""
    return first - second
