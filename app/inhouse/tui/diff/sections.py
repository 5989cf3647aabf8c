"""The files of a change below each other, each folded or not."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from inhouse.diff.file_diff import FileDiff
from inhouse.tui.diff.section import FileSection
from inhouse.tui.diff.view import DiffLayout
from inhouse.tui.text import line

MOST_FILES: Final = 50
"""Of more files only so many are listed, since each of them is a widget."""


class FileSections(Vertical):
    """Folds all of them, or goes from one to the next."""

    DEFAULT_CSS = """
    FileSections {
        height: auto;
        & > Static { margin: 0 0 0 2; color: $text-muted; }
    }
    """

    def __init__(self, files: Sequence[FileDiff], changing: DiffLayout = "auto") -> None:
        super().__init__()
        self.sections = [FileSection(file, changing) for file in files[:MOST_FILES]]
        self._more = len(files) - len(self.sections)

    def compose(self) -> ComposeResult:
        """The files, and how many there are besides."""
        yield from self.sections
        if self._more:
            yield Static(line(f"… {self._more:,} more files (/diff shows all)"), markup=False)

    def fold(self, *, folded: bool) -> None:
        """Fold or unfold every file."""
        for section in self.sections:
            section.folded = folded

    def toggle_layout(self) -> None:
        """Side by side instead of unified, or back, in every file that is unfolded."""
        for section in self.sections:
            section.action_layout()

    def go(self, step: int) -> None:
        """Focus the next file, or the one before; behind the last one comes the first."""
        if not self.sections:
            return
        focused = [place for place, one in enumerate(self.sections) if one.has_focus]
        first = 0 if step > 0 else len(self.sections) - 1
        place = focused[0] + step if focused else first
        self.sections[place % len(self.sections)].focus()

    def like(self, other: "FileSections") -> None:
        """Before it is mounted: have the same files unfolded as another one of the same change."""
        for section, model in zip(self.sections, other.sections, strict=True):
            section.set_reactive(FileSection.folded, model.folded)
