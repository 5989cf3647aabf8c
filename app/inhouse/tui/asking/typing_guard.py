"""Keeps a sentence that is being typed from answering a question that appears meanwhile."""

import time
from collections.abc import Callable
from typing import Final

PAUSE_SECONDS: Final = 0.3


class TypingGuard:
    """Holds keys back until the person has paused, when they were typing.

    `holds` is asked once for each key: every key that comes too soon makes the pause begin anew.
    """

    def __init__(self, *, typing: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock() if typing else None

    def holds(self) -> bool:
        """Whether the key that came now still belongs to what was typed."""
        if self._since is None:
            return False
        now = self._clock()
        if now - self._since < PAUSE_SECONDS:
            self._since = now
            return True
        self._since = None
        return False
