"""The line above what a call did: its state, what it is, and figures."""

from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from inhouse.tui.text import join
from inhouse.tui.wrapping import ELLIPSIS, fitted, safe_line

DOT = "●"
GAP = "  "


@dataclass(frozen=True, slots=True)
class Title:
    """`name` and `rest` are untrusted; `figures` stand behind them and are never cut."""

    dot: str
    name: str
    rest: str = ""
    figures: tuple[Content, ...] = ()

    def content(self, width: int) -> Content:
        """The title in one row of so many cells."""
        figures = [join(GAP, figure) for figure in self.figures if figure]
        room = width - sum(figure.cell_length for figure in figures) - len(DOT) - 1
        name = fitted(safe_line(self.name), max(room, 1))
        rest = fitted(safe_line(self.rest), room - Content(name).cell_length - 1)
        return join(
            Content.styled(DOT, self.dot),
            " ",
            Content.styled(name, "bold"),
            f" {rest}" if rest and rest != ELLIPSIS else "",
            *figures,
        )


class TitleLine(Widget):
    """One row; pressing it means to fold or unfold."""

    DEFAULT_CSS = """
    TitleLine {
        height: 1;
        width: 1fr;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        pointer: pointer;
    }
    """
    ALLOW_SELECT = False

    @dataclass
    class Pressed(Message):
        """The person pressed the title."""

    def __init__(self, title: Title) -> None:
        super().__init__()
        self._title = title

    @property
    def title(self) -> Title:
        """What it shows."""
        return self._title

    @title.setter
    def title(self, title: Title) -> None:
        self._title = title
        self.refresh()

    def render(self) -> Content:
        """The title as it fits."""
        return self._title.content(self.size.width)

    def on_click(self, event: Click) -> None:
        """Say that it was pressed."""
        event.stop()
        self.post_message(self.Pressed())
