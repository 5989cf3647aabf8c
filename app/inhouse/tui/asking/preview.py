"""What a call would do, exactly: commands in full, files as diffs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from inhouse.tui.asking.danger import dangers_of_command
from inhouse.tui.asking.wording import MUTED
from inhouse.tui.text import join, line, lines
from inhouse_tools.shell.hidden import spell_hidden

if TYPE_CHECKING:
    from inhouse_agent.kit import Question
    from inhouse_tools.tool import Access

LINE_END = Content.styled(" ↵", MUTED)


class Preview(VerticalScroll, can_focus=False):
    """Everything that is asked for, to be scrolled through when it is long."""

    DEFAULT_CSS = """
    Preview {
        height: auto;
        max-height: 40vh;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
        & > .command { background: $panel; padding: 0 1; }
        & > DiffView { height: auto; }
    }
    """

    def __init__(self, question: "Question") -> None:
        super().__init__(*_parts(question.accesses))


def _parts(accesses: Sequence["Access"]) -> Iterator[Widget]:
    for access in accesses:
        if access.kind == "run":
            yield Static(command_text(access.target), classes="command")
            continue
        yield Static(file_line(access), classes="file")
        if access.preview:
            yield from _diffs(access.preview)


def _diffs(preview: str) -> Iterator[Widget]:
    from inhouse.diff.parse import parse_diff
    from inhouse.tui.diff.view import DiffView

    for file in parse_diff(preview):
        yield DiffView(file)


def file_line(access: "Access") -> Content:
    """A path, and in words what is special about it."""
    special = [
        word
        for word, holds in (
            ("protected", access.protected),
            ("outside the folder", access.outside),
        )
        if holds
    ]
    marks = Content.styled(f"  {', '.join(special)}", "$text-error") if special else ""
    return join(line(access.target, "bold"), marks)


def command_text(command: str) -> Content:
    """The command, dangerous parts marked; where a line really ends is shown, since long ones are
    wrapped."""
    pieces: list[Content | str] = []
    at = 0
    for danger in dangers_of_command(command):
        start = danger.start or 0
        pieces += [
            _as_written(command[at:start]),
            _as_written(command[start : start + len(danger.found)], "$text-error bold"),
        ]
        at = start + len(danger.found)
    return join(*pieces, _as_written(command[at:]))


def _as_written(text: str, style: str = "") -> Content:
    text = spell_hidden(text)
    ended = join(LINE_END, "\n")
    return ended.join([lines(piece, style) for piece in text.split("\n")])
