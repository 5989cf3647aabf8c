"""The pieces that text is made of: each knows its rows at a width."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal, Protocol

from rich.cells import chop_cells
from textual.content import Content

Alignment = Literal["left", "center", "right"]

CODE: Final = "on $panel"
# Content draws "$text-muted" like other text: it is no colour, but a share of another one.
MUTED: Final = "$foreground-muted"
EMPTY: Final = Content("")
COLUMN_GAP: Final = 2
DOT: Final = " · "
NARROWEST_COLUMN: Final = 6
# Fewer cells than these would be a row for every letter.
NARROWEST_TEXT: Final = 8


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands left of a piece: before its first row and before the others, equally wide.

    `above` is an empty row before the piece as it stands in its quote or list, None for no row.
    """

    first: Content = EMPTY
    rest: Content = EMPTY
    above: Content | None = None

    def room(self, width: int) -> int:
        """Cells that are left for the text."""
        return max(width - self.rest.cell_length, NARROWEST_TEXT)

    def apply(self, rows: Sequence[Content]) -> list[Content]:
        """The rows with what stands left of them and above."""
        placed = [
            (self.rest if place else self.first) + row if self.rest else row
            for place, row in enumerate(rows)
        ]
        return placed if self.above is None else [self.above, *placed]


class Piece(Protocol):
    """Something that is shown as rows."""

    @property
    def margin(self) -> Margin:
        """What stands left of it."""
        ...

    def rows(self, width: int) -> list[Content]:
        """One content for each row, of at most `width` cells when there is room at all."""
        ...


@dataclass(frozen=True, slots=True)
class Prose:
    """Words that are wrapped."""

    content: Content
    margin: Margin = Margin()

    def rows(self, width: int) -> list[Content]:
        """Wrapped between words; what is longer than a row is cut."""
        return self.margin.apply(self.content.wrap(self.margin.room(width)) or [EMPTY])


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that keep their spaces, on a ground of their own."""

    content: Content
    margin: Margin = Margin()

    def rows(self, width: int) -> list[Content]:
        """Lines that are too long go on in the next row."""
        room = self.margin.room(width)
        return self.margin.apply(
            [
                row.pad_left(1).pad_right(max(0, room - 1 - row.cell_length)).stylize_before(CODE)
                for line in self.content.split("\n", allow_blank=True)
                for row in _cut(line, room - 2)
            ]
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Short texts in a line with dots between them; a row ends only between two of them."""

    parts: tuple[Content, ...]
    margin: Margin = Margin()

    def rows(self, width: int) -> list[Content]:
        """As many in each row as fit."""
        room = self.margin.room(width)
        rows: list[Content] = []
        for part in self.parts:
            if rows and rows[-1].cell_length + len(DOT) + part.cell_length <= room:
                rows[-1] += Content.styled(DOT, MUTED) + part
            else:
                rows += part.wrap(room)
        return self.margin.apply(rows)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    margin: Margin = Margin()

    def rows(self, width: int) -> list[Content]:
        """One row."""
        return self.margin.apply([Content.styled("─" * self.margin.room(width), MUTED)])


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in columns; every row has as many as there are `alignments`."""

    header: tuple[Content, ...]
    body: tuple[tuple[Content, ...], ...]
    alignments: tuple[Alignment, ...]
    margin: Margin = Margin()

    def rows(self, width: int) -> list[Content]:
        """Columns side by side, or where there is no room for them a list of cells."""
        room = self.margin.room(width)
        widths = self._widths(room)
        if widths is None:
            return self.margin.apply(self._as_list(room))
        heading = [cell.stylize("bold") for cell in self.header]
        line = "  ".join("─" * width for width in widths)
        rows = [*self._row(heading, widths), Content.styled(line, MUTED)]
        for cells in self.body:
            rows += self._row(cells, widths)
        return self.margin.apply(rows)

    def _widths(self, room: int) -> list[int] | None:
        """Cells of each column; the widest give way first."""
        columns = zip(self.header, *self.body, strict=True)
        widths = [max(1, *(cell.cell_length for cell in column), 0) for column in columns]
        left = room - COLUMN_GAP * (len(widths) - 1)
        if sum(widths) <= left:
            return widths
        if left < NARROWEST_COLUMN * len(widths):
            return None
        widest = max(widths)
        low, high = NARROWEST_COLUMN, min(widest, left)
        while low < high:
            middle = (low + high + 1) // 2
            fits = sum(min(width, middle) for width in widths) <= left
            low, high = (middle, high) if fits else (low, middle - 1)
        return [min(width, low) for width in widths]

    def _row(self, cells: Sequence[Content], widths: Sequence[int]) -> list[Content]:
        wrapped = [cell.wrap(width) or [EMPTY] for cell, width in zip(cells, widths, strict=True)]
        height = max(map(len, wrapped))
        rows: list[Content] = []
        for place in range(height):
            parts = [
                _aligned(lines[place] if place < len(lines) else EMPTY, width, alignment)
                for lines, width, alignment in zip(wrapped, widths, self.alignments, strict=True)
            ]
            rows.append(Content(" " * COLUMN_GAP).join(parts))
        return rows

    def _as_list(self, room: int) -> list[Content]:
        rows: list[Content] = []
        for place, cells in enumerate(self.body or (self.header,)):
            rows += [EMPTY] if place else []
            for name, cell in zip(self.header, cells, strict=True):
                rows += (name.stylize("bold") + Content(": ") + cell).wrap(room)
        return rows


def _cut(line: Content, width: int) -> list[Content]:
    """One line in rows of so many cells, whatever stands in it."""
    if line.cell_length <= width:
        return [line]
    lengths = [len(chunk) for chunk in chop_cells(line.plain, width)]
    return line.divide(list(accumulate(lengths))[:-1])


def _aligned(content: Content, width: int, alignment: Alignment) -> Content:
    free = max(0, width - content.cell_length)
    left = {"left": 0, "center": free // 2, "right": free}[alignment]
    return content.pad_left(left).pad_right(free - left)
