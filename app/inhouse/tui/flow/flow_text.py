"""A widget that shows pieces of text; only the rows in view are drawn."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget
from typing_extensions import override

from inhouse.tui.flow.piece import EMPTY, Piece

if TYPE_CHECKING:
    from textual.selection import Selection

ASSUMED_WIDTH: Final = 80


class FlowText(Widget):
    """Pieces below each other. `settled` stay as they are, `growing` are often replaced."""

    DEFAULT_CSS = """
    FlowText { width: 1fr; height: auto; }
    """

    # It does not scroll: Textual would lay the screen out a second time whenever it grows.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        super().__init__()
        self._settled: list[Piece] = []
        self._growing: tuple[Piece, ...] = tuple(pieces)
        self._rows: list[Content] | None = None
        self._settled_rows = 0
        self._rows_width: int = ASSUMED_WIDTH
        self._strips: dict[int, Strip] = {}

    def show(self, pieces: Iterable[Piece]) -> None:
        """Show these pieces and no others."""
        self._settled = []
        self._growing = tuple(pieces)
        self._rows = None
        self._strips.clear()
        self.refresh(layout=True)

    def grow(self, settled: Sequence[Piece], growing: Iterable[Piece]) -> None:
        """Add pieces that stay, and replace those behind them."""
        old = self._rows
        self._settled += settled
        self._growing = tuple(growing)
        if old is None:
            self.refresh(layout=True)
            return
        kept, width = self._settled_rows, self._rows_width
        stay = _rows_of(settled, width, first=kept == 0)
        new = old[:kept] + stay
        self._settled_rows = len(new)
        new += _rows_of(self._growing, width, first=not new)
        self._rows = new
        changed = _first_difference(old, new, kept)
        self._strips = {place: strip for place, strip in self._strips.items() if place < changed}
        if len(new) != len(old):
            self.refresh(layout=True)
        elif changed < len(new):
            self.refresh(Region(0, changed, self.size.width, len(new) - changed))

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All there is."""
        return container.width

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Exact at once, also before anything was drawn."""
        return len(self._rows_at(width))

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows as they were drawn before, also when the widget has grown since.

        There is nothing around the text, so this does without Textual's cache of lines, which
        begins anew with every change of size.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    @override
    def render_line(self, y: int) -> Strip:
        """One row."""
        selection = self.text_selection
        if selection is None and (known := self._strips.get(y)) is not None:
            return known
        rows = self._rows_at(self.size.width)
        strip = self._draw(rows[y] if y < len(rows) else EMPTY, y, selection)
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        if selection is None:
            self._strips[y] = strip
        return strip

    @override
    def get_selection(self, selection: "Selection") -> tuple[str, str] | None:
        """The selected part of the rows."""
        rows = self._rows_at(self.size.width)
        return selection.extract("\n".join(row.plain.rstrip() for row in rows)), "\n"

    @override
    def selection_updated(self, selection: "Selection | None") -> None:
        """Draw anew with what is selected now."""
        self._strips.clear()
        self.refresh()

    @override
    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        self._strips.clear()
        super().notify_style_update()

    def _rows_at(self, width: int) -> list[Content]:
        if self._rows is None or width != self._rows_width:
            self._rows_width = width
            self._strips.clear()
            self._rows = _rows_of(self._settled, width, first=True)
            self._settled_rows = len(self._rows)
            self._rows += _rows_of(self._growing, width, first=not self._rows)
        return self._rows

    def _draw(self, row: Content, y: int, selection: "Selection | None") -> Strip:
        if selection is not None and (span := selection.get_span(y)) is not None:
            start, end = span
            style = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            row = row.stylize(style, start, len(row.plain) if end == -1 else end)
        base = self.visual_style
        segments: list[Segment] = []
        x = 0
        for text, style in row.render(base, end="", parse_style=self._get_style):
            segments.append(Segment(text, (base + style).rich_style_with_offset(x, y)))
            x += len(text)
        strip = Strip(segments, row.cell_length)
        return strip.adjust_cell_length(self.size.width, base.rich_style)


def _rows_of(pieces: Iterable[Piece], width: int, *, first: bool) -> list[Content]:
    """The rows of pieces; at the very beginning there is no empty row."""
    rows: list[Content] = []
    for piece in pieces:
        added = piece.rows(width)
        if first and piece.margin.above is not None:
            del added[0]
        first = False
        rows += added
    return rows


def _first_difference(old: Sequence[Content], new: Sequence[Content], start: int) -> int:
    for place in range(start, min(len(old), len(new))):
        if not old[place].is_same(new[place]):
            return place
    return min(len(old), len(new))
