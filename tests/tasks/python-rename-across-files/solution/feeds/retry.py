"""A client for sources that fail now and then."""

from feeds.client import Client


class RetryingClient(Client):
    """Asks again when the connection breaks."""

    def __init__(self, source, attempts=3):
        super().__init__(source)
        self.attempts = attempts

    def download(self, address):
        """Return the text of one page; the last failure is the caller's."""
        for _ in range(self.attempts - 1):
            try:
                return super().download(address)
            except ConnectionError:
                continue
        return super().download(address)
