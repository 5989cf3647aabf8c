"""One answer that can be chosen: by its number, its letter, the arrows or the mouse."""

from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from inhouse.tui.asking.wording import MUTED
from inhouse.tui.text import join, line

AnswerName = Literal["once", "session", "always", "no"]
NUMBERS: dict[AnswerName, int] = {"once": 1, "session": 2, "always": 3, "no": 4}
LONG: dict[AnswerName, str] = {
    "once": "Yes, once",
    "session": "Yes, for this session",
    "always": "Yes, always",
    "no": "No",
}
SHORT: dict[AnswerName, str] = {
    "once": "Yes",
    "session": "Session",
    "always": "Always",
    "no": "No",
}


class Choice(Static):
    """One row, or one word where rows are rare; `about` is what the answer would allow."""

    @dataclass
    class Taken(Message):
        """The person clicked on it."""

        answer: AnswerName

    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: 1fr;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &.-selected { background: $panel; text-style: bold; }
        &.-short { width: auto; padding: 0 1 0 0; }
    }
    """
    chosen: reactive[bool] = reactive(default=False)
    short: reactive[bool] = reactive(default=False)

    def __init__(self, answer: AnswerName, about: str = "", *, possible: bool = True) -> None:
        super().__init__(id=f"choice-{answer}")
        self.answer: AnswerName = answer
        self.possible = possible
        self._about = about

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def watch_chosen(self) -> None:
        """The arrow keys came or went."""
        self.set_class(self.chosen, "-selected")
        self._draw()

    def watch_short(self) -> None:
        """There is room for a row, or not."""
        self.set_class(self.short, "-short")
        self._draw()

    def on_click(self, event: Click) -> None:
        """Choose with the mouse."""
        event.stop()
        self.post_message(self.Taken(self.answer))

    def _draw(self) -> None:
        number = str(NUMBERS[self.answer])
        mark = Content.styled(">" if self.chosen else " ", "$text-primary bold")
        style = "" if self.possible else MUTED
        if self.short:
            self.update(join(mark, Content.styled(f"{number} {SHORT[self.answer]}", style)))
            return
        about = join("  ", line(self._about, MUTED)) if self._about else ""
        text = Content.styled(LONG[self.answer], style)
        self.update(join(mark, " ", Content.styled(number, "$text-primary"), "  ", text, about))
