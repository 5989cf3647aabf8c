"""The last part of what a running command writes, in bounded memory."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from textual.content import Content

from inhouse.tui.output.terminal_text import (
    Look,
    coloured_line,
    look_after,
    overwritten,
    plain_line,
)

MAX_CHARACTERS: Final = 2_000_000
MAX_LINE: Final = 20_000
"""A longer line is broken."""
# What Python needs for a line beside its letters.
_LINE_COST: Final = 80


class Tail:
    """Takes output in pieces of any size. `dropped` counts the lines that are no longer kept."""

    def __init__(self, limit: int = MAX_CHARACTERS) -> None:
        self._limit = limit
        self._lines: deque[tuple[str, Look]] = deque()
        self._size = 0
        self._open = ""
        self._look = Look()
        self.dropped = 0

    def add(self, text: str) -> None:
        """Take what was written next."""
        *ended, rest = (self._open + text).split("\n")
        for line in ended:
            self._end_line(overwritten(line))
        # A carriage return at the very end may be half of a line ending.
        back = "\r" if rest.endswith("\r") else ""
        self._open = overwritten(rest) + back
        while len(self._open) > MAX_LINE:
            self._end_line(self._open[:MAX_LINE])
            self._open = self._open[MAX_LINE:]

    @property
    def count(self) -> int:
        """How many lines there were, also those that are no longer kept."""
        return self.dropped + len(self._lines) + bool(self._open)

    @property
    def text(self) -> str:
        """All lines that are kept, without colours."""
        return "\n".join(plain_line(line) for line, _look in self._all())

    def last(self, count: int) -> list[Content]:
        """The last lines, coloured."""
        ended = max(0, min(count - bool(self._open), len(self._lines)))
        # A deque is quick at its ends only.
        lines = [self._lines[place] for place in range(-ended, 0)]
        if self._open and count > 0:
            lines.append((self._open.rstrip("\r"), self._look))
        return [coloured_line(line, look) for line, look in lines]

    def _all(self) -> Iterable[tuple[str, Look]]:
        yield from self._lines
        if self._open:
            yield self._open.rstrip("\r"), self._look

    def _end_line(self, line: str) -> None:
        while len(line) > MAX_LINE:
            self._keep(line[:MAX_LINE])
            line = line[MAX_LINE:]
        self._keep(line)

    def _keep(self, line: str) -> None:
        self._lines.append((line, self._look))
        self._look = look_after(line, self._look)
        self._size += len(line) + _LINE_COST
        while self._size > self._limit and len(self._lines) > 1:
            gone, _look = self._lines.popleft()
            self._size -= len(gone) + _LINE_COST
            self.dropped += 1
