"""A list of rows of one height: only those that are seen are drawn, so thousands cost nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual


class Draw(Protocol):
    """Gives the lines of a row, from its number and whether it is the chosen one."""

    def __call__(self, row: int, *, chosen: bool) -> Sequence[Content]: ...


class RowList(ScrollView, can_focus=True, inherit_bindings=False):
    """Each row has as many lines as `height` says, which `draw` gives.

    `highlighted` is the chosen row, -1 without any.
    """

    @dataclass
    class Said(Message):
        """Something about a row of this list."""

        rows: "RowList"
        row: int

        @property
        def control(self) -> "RowList":
            """The list."""
            return self.rows

    class Highlighted(Said):
        """Another row is chosen, or the same number stands for another thing."""

    class Chosen(Said):
        """The person wants this row."""

    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        background: $surface;
        scrollbar-size: 0 1;
        overflow-x: hidden;
        overflow-y: auto;
        & > .row-list--highlighted { background: $panel; }
        &:ansi > .row-list--highlighted { text-style: bold underline; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--highlighted"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move(-1000000)", "First", show=False),
        Binding("end,G", "move(1000000)", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]
    highlighted: reactive[int] = reactive(-1)

    def __init__(self, draw: Draw, height: int = 2, id: str | None = None) -> None:  # noqa: A002 - as in all widgets
        super().__init__(id=id)
        self.draw = draw
        self._row_height = height
        self._count = 0

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._count

    def show(self, count: int, highlighted: int) -> None:
        """Shows so many rows, of which one is chosen."""
        self._count = count
        self.virtual_size = Size(0, count * self._row_height)
        chosen = self.validate_highlighted(highlighted)
        if chosen == self.highlighted:
            self.post_message(self.Highlighted(self, chosen))
        self.highlighted = chosen
        self.refresh()

    def validate_highlighted(self, row: int) -> int:
        """A row that exists."""
        return max(min(row, self._count - 1), 0 if self._count else -1)

    def watch_highlighted(self, row: int) -> None:
        """The chosen row can always be seen."""
        self._show_highlighted()
        self.post_message(self.Highlighted(self, row))
        self.refresh()

    def on_resize(self) -> None:
        """Also when there is less room."""
        self.call_after_refresh(self._show_highlighted)

    def _show_highlighted(self) -> None:
        if self.highlighted >= 0:
            top = self.highlighted * self._row_height
            self.scroll_to_region(Region(0, top, 1, self._row_height), animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the row that is seen there."""
        width = self.scrollable_content_region.width
        row, part = divmod(y + round(self.scroll_offset.y), self._row_height)
        if row >= self._count:
            return Strip.blank(width, self.rich_style)
        chosen = row == self.highlighted
        style = self.get_visual_style("row-list--highlighted") if chosen else self.visual_style
        content = self.draw(row, chosen=chosen)[part].truncate(width, ellipsis=True)
        return Visual.to_strips(self, content, width, 1, style, pad=True)[0]

    def on_click(self, event: events.Click) -> None:
        """The first click chooses a row, the next one takes it."""
        row = (event.y + round(self.scroll_offset.y)) // self._row_height
        if not 0 <= row < self._count:
            return
        if row == self.highlighted:
            self.action_choose()
        self.highlighted = row

    def action_move(self, rows: int) -> None:
        """Choose a row that lies so many further down."""
        self.highlighted += rows

    def action_page(self, pages: int) -> None:
        """Choose a row that lies so many pages further down."""
        self.highlighted += pages * max(1, self.size.height // self._row_height - 1)

    def action_choose(self) -> None:
        """Take the chosen row."""
        if self.highlighted >= 0:
            self.post_message(self.Chosen(self, self.highlighted))
