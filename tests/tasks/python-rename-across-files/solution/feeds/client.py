"""Gets pages from a source, which is a function from an address to text."""


class Client:
    """Gets pages and counts how many."""

    def __init__(self, source):
        self.source = source
        self.requests = 0

    def download(self, address):
        """Return the text of one page."""
        self.requests += 1
        return self.source(address)

    def fetch_all(self, addresses):
        """Return the texts of several pages by address."""
        return {address: self.download(address) for address in addresses}
