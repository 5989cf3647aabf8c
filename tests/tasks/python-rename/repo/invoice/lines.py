"""One line of an invoice."""


def calc(price: float, count: int, discount: float = 0.0) -> float:
    """Return what a line costs, with a discount between 0 and 1."""
    return round(price * count * (1 - discount), 2)
