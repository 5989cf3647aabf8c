"""What every app of the UI lets through to the terminal and to the clipboard.

Texts are made safe where they become content (`inhouse.tui.text`), so that people see what is in
them. This is the last gate behind that, for what a library draws by itself, or we by mistake.
"""

from typing import TypeVar

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.notifications import SeverityLevel

from inhouse.sanitise import sanitise, strip_unsafe

Result = TypeVar("Result")


class ControlFilter(LineFilter):
    """Drops controls and invisible characters out of everything that is drawn.

    They take no cells, so that columns stay where they are.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of a line without them."""
        del background
        if all(text.isprintable() for text, _style, _control in segments):
            return segments
        return [Segment(strip_unsafe(text, ""), style) for text, style, _control in segments]


_FILTER = ControlFilter()


class GatedApp(App[Result]):
    """An app that no text can speak through to the terminal."""

    def get_line_filters(self) -> list[LineFilter]:
        """Textual's filters, and ours behind them."""
        return [*super().get_line_filters(), _FILTER]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something for a moment; the text may be untrusted and is never read as markup."""
        del markup
        super().notify(
            sanitise(message),
            title=sanitise(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what a person can see of a text: nothing in it acts where it is pasted."""
        super().copy_to_clipboard(strip_unsafe(text))
