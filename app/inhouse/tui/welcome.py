"""What stands where a conversation will be: where this is, what answers, how to begin."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from inhouse.tui.text import line

HINTS: Final = (
    "Say what should change, or ask what something does.",
    "@ names a file · ! runs a command · / lists commands",
    "Esc interrupts · Shift+Tab switches the mode",
)


class Welcome(Vertical):
    """Name of the program, folder and model, and a few hints. The model may change."""

    DEFAULT_CSS = """
    Welcome {
        height: auto;
        padding: 1 2;
        .welcome--name { text-style: bold; color: $primary; }
        .welcome--folder, .welcome--model { color: $text-muted; }
        .welcome--hints { margin-top: 1; }
    }
    """
    model: reactive[str] = reactive("")

    def __init__(
        self, name: str, folder: str, model: str = "", hints: Sequence[str] = HINTS
    ) -> None:
        super().__init__()
        self._lines = (name, folder)
        self._hints = tuple(hints)
        self.set_reactive(Welcome.model, model)

    def compose(self) -> ComposeResult:
        """The lines."""
        name, folder = self._lines
        yield Static(line(name), classes="welcome--name")
        yield Static(line(folder), classes="welcome--folder")
        yield Static(line(self.model), classes="welcome--model")
        hints = Content("\n").join([line(hint) for hint in self._hints])
        yield Static(hints, classes="welcome--hints")

    def watch_model(self, model: str) -> None:
        """Name another model."""
        if self.is_mounted:
            self.query_one(".welcome--model", Static).update(line(model))
