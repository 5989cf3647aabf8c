"""One line that the person writes into a question: a comment, or a rule."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from inhouse.sanitise import sanitise_line
from inhouse.tui.text import line


class LineInput(Input):
    """An input whose text holds no control characters, whatever is pasted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Keep what is written")]

    def insert_text_at_cursor(self, text: str) -> None:
        """Insert text made safe for the screen."""
        super().insert_text_at_cursor(sanitise_line(text))


class Entry(Vertical):
    """A labelled line, and below it what is wrong with it or what it means."""

    @dataclass
    class Finished(Message):
        """The person pressed Enter."""

        entry: "Entry"
        text: str

        @property
        def control(self) -> "Entry":
            """Where it was written."""
            return self.entry

    @dataclass
    class Changed(Message):
        """The text is another one."""

        entry: "Entry"
        text: str

        @property
        def control(self) -> "Entry":
            """Where it was written."""
            return self.entry

    DEFAULT_CSS = """
    Entry {
        height: auto;
        & > Horizontal { height: 1; }
        & .label { width: auto; height: 1; color: $text-muted; padding: 0 1 0 0; }
        & LineInput, & LineInput:focus {
            width: 1fr;
            height: 1;
            border: none;
            padding: 0 1;
            background: $panel;
        }
        & > .note { height: auto; max-height: 2; display: none; }
    }
    """

    def __init__(self, label: str, placeholder: str = "", *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._label = label
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """The label and the line."""
        with Horizontal():
            yield Static(line(self._label), classes="label")
            yield LineInput(placeholder=self._placeholder, select_on_focus=False)
        yield Static(classes="note")

    @property
    def text(self) -> str:
        """What is written."""
        return self.query_one(LineInput).value.strip()

    def open(self, text: str) -> None:
        """Begin with this text, the cursor behind it."""
        written = self.query_one(LineInput)
        written.value = sanitise_line(text)
        written.cursor_position = len(written.value)
        written.focus()

    def note(self, content: Content) -> None:
        """Say something about what is written; nothing takes no room."""
        note = self.query_one(".note", Static)
        note.update(content)
        note.display = bool(content)

    @on(Input.Submitted)
    def _finish(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Finished(self, self.text))

    @on(Input.Changed)
    def _tell(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, self.text))
