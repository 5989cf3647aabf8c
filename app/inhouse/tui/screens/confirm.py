"""One question that is answered with yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import line, lines


class ConfirmScreen(ModalScreen[bool]):
    """Gives whether the person agrees. `text` says what is the matter, `question` what would be
    done about it; `yes` and `no` are words for the keys."""

    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 80;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        VerticalScroll { height: auto; max-height: 1fr; padding: 0 1; scrollbar-size: 0 1; }
        #question { height: auto; padding: 0 1; margin: 1 0; text-style: bold; }
        #hints { height: auto; padding: 0 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]

    def __init__(self, text: str, question: str, *, yes: str = "yes", no: str = "no") -> None:
        super().__init__()
        self._text = text
        self._question = question
        self._words = (("y", yes), ("n", no))

    def compose(self) -> ComposeResult:
        """What is the matter, the question, and its keys."""
        with Vertical():
            with VerticalScroll():
                yield Static(lines(self._text), markup=False)
            yield Static(line(self._question), id="question", markup=False)
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Say which keys answer."""
        self.query_one(Hints).show(*self._words)

    def action_answer(self, agrees: bool) -> None:
        """Answer."""
        self.dismiss(agrees)
