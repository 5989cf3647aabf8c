"""Markdown that arrives piece by piece: what stands before its last element is read only once."""

import re
from typing import Final

from inhouse.sanitise import sanitise
from inhouse.tui.flow.code_colours import colour
from inhouse.tui.flow.markdown import Parsed, Start, parse
from inhouse.tui.flow.piece import Code, Margin, Piece

# The last rows of a block of code that is still written are coloured anew with each piece.
MOST_OPEN_LINES: Final = 24
KEPT_OPEN_LINES: Final = 8
FENCE: Final = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})[^`]*")


class GrowingMarkdown:
    """Text that grows, as pieces.

    `settled` are pieces that stay, `growing` are those of the last element. A long block of code
    settles in parts, which may colour it differently from the whole, so `exact` is False then.
    """

    def __init__(self) -> None:
        self.settled: list[Piece] = []
        self.growing: tuple[Piece, ...] = ()
        self.exact = True
        self._links: dict[str, object] = {}
        self._source = ""
        self._before: Start | None = None
        self._return = ""

    def append(self, text: str) -> None:
        """Read what was added."""
        text = self._return + text
        # The other half of a line end may be in the next piece.
        self._return = "\r" if text.endswith("\r") else ""
        text = sanitise(text.removesuffix("\r"))
        if not text:
            return
        self._source += text
        parsed = parse(self._source, self._before, self._links)
        if parsed.last.line > 0:
            parsed = self._settle(parsed)
        self.growing = parsed.pieces
        self._settle_code()

    def _settle(self, parsed: Parsed) -> Parsed:
        """Let what stands before the last element go."""
        last = parsed.last
        self.settled += parsed.pieces[: last.piece]
        self._before = Start(item=last.item, ordinal=last.ordinal)
        self._source = "".join(self._source.splitlines(keepends=True)[last.line :])
        return Parsed(parsed.pieces[last.piece :])

    def _settle_code(self) -> None:
        """Let the first part of a long block of code go that is not closed yet."""
        lines = self._source.splitlines(keepends=True)
        opening = FENCE.match(lines[0]) if len(lines) > MOST_OPEN_LINES else None
        if opening is None or len(self.growing) != 1 or not isinstance(self.growing[0], Code):
            return
        closing = lines[-1].strip()
        if closing and set(closing) <= set(opening["mark"]):
            return
        gone, kept = lines[1:-KEPT_OPEN_LINES], lines[-KEPT_OPEN_LINES:]
        language = lines[0].strip().lstrip("`~").strip().partition(" ")[0]
        margin = self.growing[0].margin
        self.settled.append(Code(colour("".join(gone).removesuffix("\n"), language), margin))
        self.growing = (Code(colour("".join(kept).removesuffix("\n"), language), Margin()),)
        self._source = lines[0] + "".join(kept)
        # What follows is no element of its own, so there is no empty row before it.
        self._before = Start(item=True)
        self.exact = False
