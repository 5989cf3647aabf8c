"""A shopping cart."""


class Cart:
    """The things a customer wants to buy, with their prices in cents."""

    def __init__(self, items=None):
        self.items = [] if items is None else items

    def add(self, name, price):
        """Put one thing into the cart."""
        self.items.append((name, price))

    def total(self):
        """Return the sum of all prices."""
        return sum(price for _, price in self.items)
