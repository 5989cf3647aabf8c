"""Ends a text before the first of some texts, and shows nothing of it that may become one."""

from collections.abc import Sequence


class StopCutter:
    """A text that comes piece by piece. `stopped` once one of the `stops` stood in it."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._held = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        """What can be shown now."""
        if self.stopped:
            return ""
        held = self._held + text
        found = [place for stop in self._stops if (place := held.find(stop)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            return held[: min(found)]
        kept = max((_begun(held, stop) for stop in self._stops), default=0)
        self._held = held[len(held) - kept :]
        return held[: len(held) - kept]

    def close(self) -> str:
        """What was held back and became nothing."""
        held, self._held = self._held, ""
        return held


def _begun(text: str, stop: str) -> int:
    """How many last characters of a text begin a stop."""
    most = min(len(text), len(stop) - 1)
    return next((length for length in range(most, 0, -1) if text.endswith(stop[:length])), 0)
