"""Prices as text."""


def price_tag(cents):
    """Return the price as it is printed, for example "2.50 EUR"."""
    return f"{cents / 100:.2f} EUR"
