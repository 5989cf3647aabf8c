"""Sums over lines."""

from collections import Counter


def balance(entries):
    """Return the sum of the cents."""
    return sum(cents for _, cents, _ in entries)


def by_month(entries):
    """Return the cents of every month."""
    months = Counter()
    for day, cents, _ in entries:
        months[day[:7]] += cents
    return dict(months)
