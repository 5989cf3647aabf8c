"""Going up and down the history with what is being written kept at its end."""

from collections.abc import Callable, Sequence

from inhouse.tui.composer.chips import Written


class Walk:
    """A place in the history. What was changed on the way stays changed until something is sent."""

    def __init__(self, entries: Callable[[], Sequence[Written]]) -> None:
        self._entries = entries
        self._known: Sequence[Written] = ()
        self._changed: dict[int, Written] = {}
        self._place: int | None = None

    def older(self, current: Written) -> Written | None:
        """The entry before this one; None at the beginning."""
        if self._place is None:
            self._known = self._entries()
            self._place = len(self._known)
        return self._go(self._place - 1, current)

    def newer(self, current: Written) -> Written | None:
        """The entry behind this one; None at the end."""
        return None if self._place is None else self._go(self._place + 1, current)

    def end(self) -> None:
        """Something was sent: begin at the end again."""
        self._place = None
        self._changed.clear()

    def _go(self, place: int, current: Written) -> Written | None:
        if self._place is None or not 0 <= place <= len(self._known):
            return None
        self._changed[self._place] = current
        self._place = place
        kept = self._known[place] if place < len(self._known) else Written()
        return self._changed.get(place, kept)
