"""An order of several things."""

from store.prices import find_price


def total(names):
    """Return the price of everything that was ordered."""
    return sum(find_price(name) for name in names)
