"""A call that changes files: its diff, and what the checks found after it."""

import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, Self

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from inhouse.diff.file_diff import FileDiff
from inhouse.diff.parse import changed_files
from inhouse.tui.blocks.arguments import arguments_of, text_of
from inhouse.tui.blocks.result_text import MOST_UNFOLDED, Excerpt, ResultText, first_lines
from inhouse.tui.blocks.tool_block import Clock, ToolBlock
from inhouse.tui.diff.heading import counts_of
from inhouse.tui.diff.sections import FileSections
from inhouse.tui.diff.view import DiffLayout, DiffView
from inhouse_agent.events import ToolStarted

if TYPE_CHECKING:
    from collections.abc import Callable

PROBLEM_LINES: Final = 6
FOLDED_ROWS: Final = 10


class EditBlock(ToolBlock):
    """A call of edit, write, replace_symbol or rename_symbol."""

    DEFAULT_CSS = """
    EditBlock > DiffView, EditBlock > FileSections { margin: 0 0 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "layout", "Side by side")]

    def __init__(
        self,
        started: ToolStarted,
        changing: DiffLayout = "auto",
        *,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(started, clock=clock)
        self._changing: DiffLayout = changing
        self._diff = ""
        self._files: tuple[FileDiff, ...] = ()
        self._view: DiffView | FileSections | None = None
        self._problems = ResultText()

    def compose_body(self) -> ComposeResult:
        """What was said, and below the diff what the checks found."""
        yield self.result
        yield self._problems

    def blank(self) -> "Callable[[], Self]":
        """How to make a block that shows diffs in the same way."""
        return partial(type(self), self.started, self._changing, clock=self.clock)

    def described(self) -> tuple[str, str]:
        """The symbol that is changed, if it is one, and the file."""
        arguments = arguments_of(self.started)
        symbol, path = text_of(arguments, "symbol"), text_of(arguments, "file_path")
        if not symbol:
            return super().described()
        new_name = text_of(arguments, "new_name")
        renamed = f" to {new_name}" if new_name else ""
        return self.started.name, f"{symbol}{renamed} in {path}"

    def figures(self) -> tuple[Content, ...]:
        """Lines added and removed."""
        return (counts_of(self._files_of_call()),) if self.state == "done" else ()

    def copied_text(self) -> str:
        """The diff, else what was answered."""
        self._files_of_call()
        return self._diff or super().copied_text()

    def full_text(self) -> str:
        """The answer, and behind it the diff."""
        self._files_of_call()
        return f"{super().full_text()}\n\n{self._diff}".strip()

    def draw_body(self) -> None:
        """The diff; of a denied call only when it is unfolded."""
        files = self._files_of_call()
        wanted = self.state == "done" or not self.folded
        if self._view is None and files and wanted:
            self._show_diff(files)
        if self._view is not None:
            self._view.display = wanted
        if isinstance(self._view, FileSections):
            self._view.fold(folded=self.folded)
        elif self._view is not None:
            self._view.limit = FOLDED_ROWS if self.folded else None
        shown = Excerpt() if files and self.state == "done" else self.excerpt()
        self.result.show(shown, cut=False)
        count = PROBLEM_LINES if self.folded else MOST_UNFOLDED
        problems = self._said_besides() if self.state == "done" else ""
        self._problems.show(first_lines(problems, count, "$text-warning"), cut=False)

    def action_layout(self) -> None:
        """Side by side instead of unified, or back."""
        if self._view is not None:
            self._view.toggle_layout()

    def _files_of_call(self) -> tuple[FileDiff, ...]:
        """What has been changed, or would have been had it not been denied."""
        diff = ""
        if self.state == "done" and self.ended is not None:
            shown = self.ended.show.get("diff")
            diff = shown if isinstance(shown, str) else ""
        elif self.state == "denied" and self.asked is not None:
            diff = self.asked.preview
        if diff != self._diff:
            self._diff, self._files = diff, changed_files(diff)
        return self._files

    def _show_diff(self, files: tuple[FileDiff, ...]) -> None:
        if len(files) == 1:
            self._view = DiffView(files[0], self._changing)
        else:
            self._view = FileSections(files, self._changing)
        self.mount(self._view, before=self._problems)

    def _said_besides(self) -> str:
        """Warnings and what the checks found: what the answer says after that it was done."""
        if self.ended is None:
            return ""
        begin = self.ended.text.find("\nWarning: ")
        if begin >= 0:
            return self.ended.text[begin + 1 :]
        problems = self.ended.show.get("problems")
        return problems if isinstance(problems, str) else ""
