"""A long text to scroll and to search in: only the rows that are seen are drawn."""

import asyncio
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from inhouse.sanitise import SafeText
from inhouse.tui.wrapping import row_spans, safe_line

MAX_LINE: Final = 4_000
"""A longer line is broken, so that drawing a row of it stays quick."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Safe lines and the row in which each of them begins at some width; at last their number."""

    width: int
    lines: tuple[SafeText, ...] = ()
    first_rows: tuple[int, ...] = (0,)

    @property
    def rows(self) -> int:
        """All rows."""
        return self.first_rows[-1]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was found: the number of the line, and the characters of it."""

    line: int
    start: int
    end: int


def safe_lines(text: str) -> tuple[SafeText, ...]:
    """The lines of an untrusted text, of which none is very long."""
    lines: list[SafeText] = []
    for line in text.removesuffix("\n").split("\n"):
        shown = safe_line(line.removesuffix("\r"))
        if len(shown) <= MAX_LINE:
            lines.append(shown)
        else:
            lines += [SafeText(shown[at : at + MAX_LINE]) for at in range(0, len(shown), MAX_LINE)]
    return tuple(lines)


def in_rows(lines: tuple[SafeText, ...], width: int) -> Pages:
    """Each line in as many rows as it needs."""
    counts = (_rows_of(line, width) for line in lines)
    return Pages(width, lines, tuple(accumulate(counts, initial=0)))


def find_all(lines: tuple[SafeText, ...], wanted: str) -> tuple[Hit, ...]:
    """Every place of a text, upper and lower case alike."""
    if not wanted:
        return ()
    pattern = re.compile(re.escape(wanted), re.IGNORECASE)
    return tuple(
        Hit(number, *match.span())
        for number, line in enumerate(lines)
        for match in pattern.finditer(line)
    )


def _rows_of(line: str, width: int) -> int:
    if line.isascii():
        return max(1, ceil(len(line) / max(1, width)))
    return len(row_spans(line, width))


class TextView(ScrollView, can_focus=True):
    """Rows of an untrusted text. What takes long happens in a thread."""

    DEFAULT_CSS = """
    TextView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        .text--hit { background: $warning 30%; }
        .text--current { background: $warning; color: $background; text-style: bold; }
        &:ansi .text--hit { background: transparent; text-style: underline; }
        &:ansi .text--current {
            background: transparent; color: $warning; text-style: bold underline;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"text--hit", "text--current"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Beginning", show=False),
        Binding("G", "scroll_end", "End", show=False),
    ]

    @dataclass
    class Changed(Message):
        """There are other lines, or other hits."""

        lines: int
        hits: int
        current: int

    def __init__(self, text: str, *, at_end: bool = False) -> None:
        super().__init__()
        self._text = text
        self._at_end = at_end
        self._pages = Pages(0)
        self._hits: tuple[Hit, ...] = ()
        self._current = -1

    def on_resize(self) -> None:
        """Other rows."""
        self._lay_out(max(1, self.scrollable_content_region.width))

    def render_line(self, y: int) -> Strip:
        """One row."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        row = y + round(self.scroll_offset.y)
        pages = self._pages
        if row >= pages.rows:
            return Strip.blank(width, base)
        number = bisect_right(pages.first_rows, row) - 1
        line = pages.lines[number]
        start, end = row_spans(line, pages.width)[row - pages.first_rows[number]]
        segments: list[Segment] = []
        at = start
        for hit, style in self._hits_in(number):
            first, last = max(hit.start, at), min(hit.end, end)
            if first < last:
                segments += [Segment(line[at:first], base), Segment(line[first:last], style)]
                at = last
        segments.append(Segment(line[at:end], base))
        return Strip([one for one in segments if one.text]).adjust_cell_length(width, base)

    @work(exclusive=True, group="search")
    async def search(self, wanted: str) -> None:
        """Find all places of a text, and go to the first one from here on."""
        self._hits = await asyncio.to_thread(find_all, self._pages.lines, wanted)
        self._current = -1
        if self._hits:
            here = bisect_right(self._pages.first_rows, round(self.scroll_offset.y)) - 1
            ahead = (place for place, hit in enumerate(self._hits) if hit.line >= here)
            self._current = next(ahead, 0)
            self._show_current()
        self._say()

    def go(self, step: int) -> None:
        """To the next hit, or the one before; behind the last one comes the first."""
        if self._hits:
            self._current = (self._current + step) % len(self._hits)
            self._show_current()
            self._say()

    @work(exclusive=True, group="lay_out")
    async def _lay_out(self, width: int) -> None:
        lines = self._pages.lines or await asyncio.to_thread(safe_lines, self._text)
        self._pages = await asyncio.to_thread(in_rows, lines, width)
        self.virtual_size = Size(width, self._pages.rows)
        self.refresh()
        if self._at_end:
            self._at_end = False
            self.scroll_end(animate=False)
        self._say()

    def _hits_in(self, number: int) -> list[tuple[Hit, Style]]:
        first = bisect_right(self._hits, number - 1, key=lambda hit: hit.line)
        found: list[tuple[Hit, Style]] = []
        for place in range(first, len(self._hits)):
            if self._hits[place].line != number:
                break
            name = "text--current" if place == self._current else "text--hit"
            found.append((self._hits[place], self.get_visual_style(name).rich_style))
        return found

    def _show_current(self) -> None:
        """Scroll so that the current hit is seen, with some lines above it."""
        hit = self._hits[self._current]
        spans = row_spans(self._pages.lines[hit.line], self._pages.width)
        inside = next((at for at, (_start, end) in enumerate(spans) if hit.start < end), 0)
        row = self._pages.first_rows[hit.line] + inside
        top = round(self.scroll_offset.y)
        if not top <= row < top + self.size.height:
            self.scroll_to(y=max(0, row - self.size.height // 3), animate=False)
        self.refresh()

    def _say(self) -> None:
        self.post_message(self.Changed(len(self._pages.lines), len(self._hits), self._current + 1))
