"""Sums over lines."""

from collections import Counter


def balance(entries):
    """Return the sum of the cents."""
    return sum(entry.cents for entry in entries)


def by_month(entries):
    """Return the cents of every month."""
    months = Counter()
    for entry in entries:
        months[entry.day[:7]] += entry.cents
    return dict(months)
