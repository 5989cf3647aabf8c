"""Remembers what was made once."""


class Cache:
    """Values by key."""

    def __init__(self):
        self.values = {}

    def fetch(self, key, make):
        """Return the value of a key, which `make(key)` makes the first time."""
        if key not in self.values:
            self.values[key] = make(key)
        return self.values[key]
