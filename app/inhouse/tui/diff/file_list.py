"""The files of a change to choose from, one row each."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from inhouse.diff.file_diff import FileDiff
from inhouse.tui.diff.heading import short_heading


class FileList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows that fit the width: of a long path the end is shown."""

    DEFAULT_CSS = """
    FileList {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        .files--chosen { background: $panel; text-style: bold; }
        .files--mark { color: $primary; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"files--chosen", "files--mark"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next file", show=False),
        Binding("up,k", "move(-1)", "Previous file", show=False),
        Binding("home", "move(-100000)", "First file", show=False),
        Binding("end", "move(100000)", "Last file", show=False),
    ]
    chosen: reactive[int] = reactive(0)

    @dataclass
    class Chosen(Message):
        """Another file is to be shown."""

        index: int

    def __init__(self) -> None:
        super().__init__()
        self._files: tuple[FileDiff, ...] = ()

    def show(self, files: tuple[FileDiff, ...]) -> None:
        """List these files; the first one is chosen."""
        self._files = files
        self.virtual_size = Size(self.size.width, len(files))
        self.set_reactive(FileList.chosen, 0)
        self.scroll_home(animate=False)
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Choose another file, so many rows further."""
        self.chosen = max(0, min(len(self._files) - 1, self.chosen + step))

    def action_move(self, step: int) -> None:
        """The same by a key."""
        self.move(step)

    def watch_chosen(self, chosen: int) -> None:
        """Show where it is, and say so."""
        self.scroll_to_region(Region(0, chosen, 1, 1), animate=False)
        self.refresh()
        self.post_message(self.Chosen(chosen))

    def on_click(self, event: Click) -> None:
        """Choose the row."""
        row = event.y + round(self.scroll_offset.y)
        if row < len(self._files):
            self.chosen = row

    def render_line(self, y: int) -> Strip:
        """One file."""
        width = self.size.width
        row = y + round(self.scroll_offset.y)
        if row >= len(self._files):
            return Strip.blank(width, self.rich_style)
        is_chosen = row == self.chosen
        base = self.get_visual_style("files--chosen") if is_chosen else self.visual_style
        mark = self.get_visual_style("files--chosen", "files--mark") if is_chosen else base
        segments = [Segment("> " if is_chosen else "  ", mark.rich_style)]
        for text, style in short_heading(self._files[row], width - 3).render(base, end=""):
            segments.append(Segment(text, (base + style).rich_style))
        return Strip(segments).adjust_cell_length(width, base.rich_style)
