"""The labels on a shelf."""

from shop.names import short_name
from shop.prices import price_tag


def shelf_label(name, cents):
    """Return the label of one thing."""
    return f"{short_name(name)}: {price_tag(cents)}"
