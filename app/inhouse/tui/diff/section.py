"""One file of a change: its line, and below it the diff once it is unfolded."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from inhouse.diff.file_diff import FileDiff
from inhouse.tui.diff.heading import heading
from inhouse.tui.diff.view import DiffLayout, DiffView

FOLDED, UNFOLDED = "▸ ", "▾ "


class FileLine(Widget):
    """The line of a file that can be unfolded."""

    DEFAULT_CSS = """
    FileLine { height: 1; width: 1fr; pointer: pointer; }
    """
    ALLOW_SELECT = False
    folded: reactive[bool] = reactive(default=True)

    @dataclass
    class Pressed(Message):
        """The person pressed the line."""

    def __init__(self, file: FileDiff) -> None:
        super().__init__()
        self._file = file

    def render(self) -> Content:
        """The line as it fits."""
        return heading(self._file, self.size.width, FOLDED if self.folded else UNFOLDED)

    def on_click(self, event: Click) -> None:
        """Say that it was pressed."""
        event.stop()
        self.post_message(self.Pressed())


class FileSection(Vertical, can_focus=True, inherit_bindings=False):
    """A file and its diff, which is made when it is first looked at."""

    DEFAULT_CSS = """
    FileSection {
        height: auto;
        &:focus > FileLine { background: $panel; text-style: bold; }
        &:ansi:focus > FileLine { text-style: bold underline; }
        & > DiffView { margin: 0 0 0 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Fold or unfold"),
        Binding("d", "layout", "Side by side"),
    ]
    folded: reactive[bool] = reactive(default=True)

    def __init__(
        self, file: FileDiff, changing: DiffLayout = "auto", *, folded: bool = True
    ) -> None:
        super().__init__()
        self.file = file
        self._changing: DiffLayout = changing
        self.set_reactive(FileSection.folded, folded)
        self._line = FileLine(file)
        self._view: DiffView | None = None

    def compose(self) -> ComposeResult:
        """The line; the diff comes when it is wanted."""
        yield self._line

    def on_mount(self) -> None:
        """Show it as it stands."""
        self._draw()

    def watch_folded(self) -> None:
        """Show or hide the diff."""
        self._draw()

    def on_file_line_pressed(self, event: FileLine.Pressed) -> None:
        """Fold or unfold."""
        event.stop()
        self.action_fold()

    def action_fold(self) -> None:
        """Fold or unfold."""
        self.folded = not self.folded

    def action_layout(self) -> None:
        """Side by side instead of unified, or back."""
        if self._view is not None:
            self._view.toggle_layout()

    def _draw(self) -> None:
        if not self.is_attached:
            return
        self._line.folded = self.folded
        if self._view is None and not self.folded:
            self._view = DiffView(self.file, self._changing)
            self.mount(self._view)
        if self._view is not None:
            self._view.display = not self.folded
