"""The frame around the editor: its mark, its hint, and what its text costs."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from inhouse.tui import text
from inhouse.tui.composer.editor import Editor

PROMPT: Final = ">"


class Frame(Horizontal):
    """A round border that has the colour of the focus while the editor has it."""

    DEFAULT_CSS = """
    Frame {
        height: auto;
        padding: 0 1;
        border: round $foreground 35%;
        border-subtitle-color: $text-muted;
        background: $surface;
        &:focus-within { border: round $primary; }
        & > .frame--mark { width: 2; height: 1; color: $primary; text-style: bold; }
        &.-command > .frame--mark { width: 1; }
    }
    """

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self.mark = PROMPT
        self._mark = Static(self.mark, markup=False, classes="frame--mark")
        self._hints: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """The mark and the editor."""
        yield self._mark
        yield self.editor

    def show_mark(self, mark: str) -> None:
        """What the text is for: ">" the model, "!" the shell, "/" a command."""
        if mark == self.mark:
            return
        self.mark = mark
        self._mark.update(mark)
        # The mark stands for the first letter, so the text behind it does not move.
        self.set_class(mark != PROMPT, "-command")
        self.editor.hide_first_letter(hidden=mark != PROMPT)

    def show_hint(self, hints: Sequence[str]) -> None:
        """The first of these that fits, where nothing is written yet."""
        self._hints = hints
        room = self.editor.content_size.width
        fitting = (hint for hint in hints if len(hint) <= room)
        hint = text.line(next(fitting, hints[-1]))
        self.editor.placeholder = hint.truncate(room, ellipsis=True) if room else hint

    def show_cost(self, cost: str) -> None:
        """What the text mentions, in the lower border."""
        self.border_subtitle = text.line(cost) if cost else Content()

    def on_resize(self) -> None:
        """Another hint may fit now."""
        if self._hints:
            self.show_hint(self._hints)
