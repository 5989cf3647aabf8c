"""Draws the diff of one file, row by row and only the rows that are seen."""

from itertools import pairwise
from typing import ClassVar, Final, Literal

from rich.segment import Segment
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget
from typing_extensions import override

from inhouse.diff.file_diff import FileDiff
from inhouse.tui.diff.emphasis import Spans, changed_words
from inhouse.tui.diff.lay_out import (
    GAP,
    Passage,
    Piece,
    ReadyLine,
    Row,
    Widths,
    lay_out,
    measure,
)
from inhouse.tui.diff.syntax_colours import STYLE_NAMES, Coloured, colour_lines
from inhouse.tui.wrapping import fitted

DiffLayout = Literal["auto", "unified", "split"]
SPLIT_FROM: Final = 140
"""From this many columns of the terminal on, "auto" shows old and new side by side."""
WINDOW: Final = 120
"""So many lines are coloured at once, when the first of them is seen."""


class DiffView(Widget):
    """The diff of one file. With a `limit` only so many rows, the last of which says what is left.

    `changing` is how it is shown: unified, side by side, or as the terminal's width allows.
    """

    DEFAULT_CSS = """
    DiffView {
        width: 1fr;
        height: auto;
        .diff--added { background: $success 14%; }
        .diff--removed { background: $error 14%; }
        .diff--added-word { background: $success 32%; }
        .diff--removed-word { background: $error 32%; }
        .diff--added-mark { color: $text-success; text-style: bold; }
        .diff--removed-mark { color: $text-error; text-style: bold; }
        .diff--number { color: $text-muted; }
        .diff--rule { color: $foreground 25%; }
        .diff--remark { color: $text-muted; text-style: italic; }
        .code--comment { color: $text-muted; text-style: italic; }
        .code--string { color: $text-success; }
        .code--number { color: $text-warning; }
        .code--keyword { color: $text-accent; }
        .code--name { color: $text-primary; }
        &:ansi {
            .diff--added { background: transparent; color: $success; }
            .diff--removed { background: transparent; color: $error; }
            .diff--added-word, .diff--removed-word {
                background: transparent; text-style: bold underline;
            }
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "diff--added",
        "diff--removed",
        "diff--added-word",
        "diff--removed-word",
        "diff--added-mark",
        "diff--removed-mark",
        "diff--number",
        "diff--rule",
        "diff--remark",
        *STYLE_NAMES,
    }
    ALLOW_SELECT = False
    changing: reactive[DiffLayout] = reactive[DiffLayout]("auto", layout=True)
    limit: reactive[int | None] = reactive[int | None](None, layout=True)

    def __init__(
        self,
        file: FileDiff,
        changing: DiffLayout = "auto",
        limit: int | None = None,
        *,
        id: str | None = None,  # noqa: A002 - the name that every widget of Textual has for it
    ) -> None:
        super().__init__(id=id)
        self.file = file
        self.set_reactive(DiffView.changing, changing)
        self.set_reactive(DiffView.limit, limit)
        self._laid_out: tuple[int, bool] = (0, False)
        self._widths = Widths(2, 1)
        self._rows: list[Row] = []
        self._colours: dict[tuple[int, int, str], list[Coloured]] = {}
        self._words: dict[int, Spans] = {}
        self._styles_of: dict[tuple[str, ...], Style] = {}

    def show(self, file: FileDiff) -> None:
        """Show another file."""
        self.file = file
        self._laid_out = (0, False)
        self.clear_cached_dimensions()
        self.refresh(layout=True)

    @property
    def is_split(self) -> bool:
        """Whether old and new stand side by side now."""
        if self.changing == "auto":
            return self.screen.size.width >= SPLIT_FROM
        return self.changing == "split"

    def toggle_layout(self) -> None:
        """Side by side instead of unified, or the other way round."""
        self.changing = "unified" if self.is_split else "split"

    def rows_at(self, width: int) -> list[Row]:
        """All rows when it is so many cells wide."""
        wanted = (width, self.is_split)
        if wanted != self._laid_out:
            self._laid_out = wanted
            self._widths = measure(self.file, width, split=self.is_split)
            self._rows = lay_out(self.file, self._widths)
            self._colours.clear()
            self._words.clear()
        return self._rows

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row for each, up to the limit."""
        count = len(self.rows_at(width))
        return count if self.limit is None else min(count, self.limit)

    def notify_style_update(self) -> None:
        """Forget styles of another theme."""
        super().notify_style_update()
        self._styles_of.clear()

    def render_line(self, y: int) -> Strip:
        """One row."""
        width = self.size.width
        rows = self.rows_at(width)
        if y >= len(rows):
            return Strip.blank(width, self._style().rich_style)
        if self.limit is not None and len(rows) > self.limit and y == self.limit - 1:
            left = sum(_begins_line(row) for row in rows[y:])
            return self._draw_remark(f"… {left:,} more line{'s' if left != 1 else ''}", width)
        row = rows[y]
        if row.remark:
            return self._draw_remark(row.remark, width)
        if not self._widths.split:
            return Strip(self._draw_side(row.left, self._widths.text), width)
        gap = Segment(" " * GAP, self._style().rich_style)
        left = self._draw_side(row.left, self._widths.text, old=True)
        return Strip([*left, gap, *self._draw_side(row.right, self._widths.right_text)])

    def _draw_remark(self, text: str, width: int) -> Strip:
        numbers = " " * (self._widths.numbers + 1)
        shown = fitted(text, width - len(numbers) - 2)
        segments = [
            Segment(numbers, self._style().rich_style),
            Segment("│ ", self._style("diff--rule").rich_style),
            Segment(shown, self._style("diff--remark").rich_style),
        ]
        return Strip(segments).extend_cell_length(width, self._style().rich_style)

    def _draw_side(self, piece: Piece | None, cells: int, old: bool = False) -> list[Segment]:
        """Number, rule, mark and text, padded to their width; empty where there is no line."""
        numbers = self._widths.numbers
        rule = Segment("│", self._style("diff--rule").rich_style)
        plain = self._style().rich_style
        if piece is None:
            return [Segment(" " * (numbers + 1), plain), rule, Segment(" " * (cells + 3), plain)]
        line = piece.line.line
        number = line.old if old or line.new is None else line.new
        shown = str(number) if piece.start == 0 and number is not None else ""
        side = {"+": "added", "-": "removed"}.get(line.mark, "")
        back = (f"diff--{side}",) if side else ()
        mark = (line.mark if piece.start == 0 else "") or " "
        segments = [
            Segment(f"{shown:>{numbers}} ", self._style("diff--number").rich_style),
            rule,
            Segment(
                f"{mark} ",
                self._style(*back, *((f"diff--{side}-mark",) if side else ())).rich_style,
            ),
            *self._draw_text(piece, back, f"diff--{side}-word"),
        ]
        fill = cells + 1 - Segment.get_line_length(segments[3:])
        return [*segments, Segment(" " * max(0, fill), self._style(*back).rich_style)]

    def _draw_text(self, piece: Piece, back: tuple[str, ...], word: str) -> list[Segment]:
        """The characters of a row, cut wherever their colour or emphasis changes."""
        text, first, last = piece.line.text, piece.start, piece.end
        # Without tints the colour of a changed line says that it changed, not what is in it.
        untinted = bool(back) and self.has_pseudo_class("ansi")
        colours = [] if untinted else self._colours_of(piece.line)
        words = self._words_of(piece.line) if back else []
        cuts = {first, last}
        for start, end, *_style in (*colours, *words):
            cuts.update(at for at in (start, end) if first < at < last)
        ends = sorted(cuts)
        segments: list[Segment] = []
        for start, end in pairwise(ends):
            names = [style for begin, stop, style in colours if begin <= start < stop]
            emphasis = [word] if any(begin <= start < stop for begin, stop in words) else []
            segments.append(
                Segment(text[start:end], self._style(*back, *emphasis, *names).rich_style)
            )
        return segments

    def _colours_of(self, line: ReadyLine) -> Coloured:
        """Old lines are coloured as part of the old text, all others of the new one."""
        side = "-" if line.line.mark == "-" else "+"
        window = line.place // WINDOW
        key = (id(line.passage), window, side)
        if key not in self._colours:
            self._colours[key] = _coloured_window(line.passage, window, side)
        return self._colours[key][line.place % WINDOW]

    def _words_of(self, line: ReadyLine) -> Spans:
        partner = line.partner
        if partner is None:
            return []
        if id(line) not in self._words:
            removed, added = (line, partner) if line.line.mark == "-" else (partner, line)
            spans = changed_words(removed.text, added.text)
            self._words[id(removed)], self._words[id(added)] = spans
        return self._words[id(line)]

    def _style(self, *names: str) -> Style:
        """The style of the view with those of its parts laid over it."""
        if names not in self._styles_of:
            style = self.get_visual_style(*names)
            self._styles_of[names] = style
        return self._styles_of[names]


def _coloured_window(passage: Passage, window: int, side: str) -> list[Coloured]:
    """The colours of one side of some lines; nothing for those that stand on the other side."""
    lines = passage.lines[window * WINDOW : (window + 1) * WINDOW]
    other = "+" if side == "-" else "-"
    own = [line for line in lines if line.line.mark != other]
    coloured = iter(colour_lines(passage.path, [line.text for line in own]))
    return [[] if line.line.mark == other else next(coloured) for line in lines]


def _begins_line(row: Row) -> bool:
    return any(piece is not None and piece.start == 0 for piece in (row.left, row.right))
