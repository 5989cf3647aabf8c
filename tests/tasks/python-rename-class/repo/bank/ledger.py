"""What was paid into an account and out of it."""


class Ledger:
    """The entries of one owner: names with amounts in cents."""

    def __init__(self, owner):
        self.owner = owner
        self.entries = []

    def add(self, name, cents):
        """Append one entry."""
        self.entries.append((name, cents))

    def balance(self):
        """Return the sum of all entries."""
        return sum(cents for _, cents in self.entries)

    def copy(self):
        """Return a second book with the same entries."""
        other = Ledger(self.owner)
        other.entries = list(self.entries)
        return other
