"""A log that is kept in memory."""


class Log:
    """Lines with a level."""

    def __init__(self):
        self.lines = []

    def write(self, text, level="info", prefix=None):
        """Append one line."""
        self.lines.append(f"{prefix or ''}{level}: {text}")
