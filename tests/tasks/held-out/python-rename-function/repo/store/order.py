"""An order of several things."""

from store.prices import get


def total(names):
    """Return the price of everything that was ordered."""
    return sum(get(name) for name in names)
