"""Reads the titles of pages."""


class Reader:
    """Gets every page once and keeps it in a cache."""

    def __init__(self, client, cache):
        self.client = client
        self.cache = cache

    def text(self, address):
        """Return the text of a page, from the cache when it is there."""
        return self.cache.fetch(address, self.client.download)

    def title(self, address):
        """Return the first line of a page."""
        return self.text(address).partition("\n")[0]
