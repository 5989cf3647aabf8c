"""The whole change of a plan, before it is written: its files, each with its diff."""

from typing import ClassVar, Self

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from inhouse.diff.parse import changed_files
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.title_line import Title, TitleLine
from inhouse.tui.diff.heading import counts_of
from inhouse.tui.diff.sections import FileSections
from inhouse.tui.diff.view import DiffLayout
from inhouse_agent.events import ChangeProposed


class ChangeBlock(Block):
    """Folded it lists the files; each of them can be unfolded alone, or all at once."""

    DEFAULT_CSS = """
    ChangeBlock > FileSections { margin: 0 0 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "layout", "Side by side"),
        Binding("n", "next_file", "Next file"),
        Binding("p", "previous_file", "Previous file"),
    ]

    def __init__(self, event: ChangeProposed, changing: DiffLayout = "auto") -> None:
        super().__init__()
        self._event = event
        self._changing: DiffLayout = changing
        files = changed_files(event.diff)
        self._title = Title("$accent", "whole change", _count(len(files)), (counts_of(files),))
        self._sections = FileSections(files, changing)
        self.set_reactive(Block.folded, True)

    def compose(self) -> ComposeResult:
        """The title and the files."""
        yield TitleLine(self._title)
        yield self._sections

    def again(self) -> Self:
        """The same change, with the same files unfolded."""
        block = type(self)(self._event, self._changing)
        block.set_reactive(Block.folded, self.folded)
        block._sections.like(self._sections)
        return block

    def copied_text(self) -> str:
        """The diff."""
        return self._event.diff

    def watch_folded(self) -> None:
        """Fold or unfold every file."""
        if self.is_mounted:
            self._sections.fold(folded=self.folded)

    def on_title_line_pressed(self, event: TitleLine.Pressed) -> None:
        """Fold or unfold all."""
        event.stop()
        self.action_fold()

    def action_layout(self) -> None:
        """Side by side instead of unified, or back, in every file."""
        self._sections.toggle_layout()

    def action_next_file(self) -> None:
        """Go to the next file."""
        self._sections.go(1)

    def action_previous_file(self) -> None:
        """Go to the file before."""
        self._sections.go(-1)


def _count(files: int) -> str:
    return f"{files:,} file{'' if files == 1 else 's'}"
