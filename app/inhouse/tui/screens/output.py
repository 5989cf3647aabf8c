"""The whole output of a call, on a screen of its own: to scroll, to search in, to copy."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input, Static

from inhouse.tui.blocks.block import Block
from inhouse.tui.output.text_view import TextView
from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import join, line

KEYS = (
    ("/", "search"),
    ("n N", "next, previous"),
    ("g G", "beginning, end"),
    ("c", "copy"),
    ("esc", "close"),
)


class OutputScreen(Screen[None]):
    """`at_end` begins with the last lines, as is right for what a command wrote."""

    DEFAULT_CSS = """
    OutputScreen {
        background: $background;
        & > TextView { margin: 1 0 1 0; padding: 0 1 0 2; }
        & > Input {
            display: none; height: 1; margin: 0 2; background: $surface;
            &.-open { display: block; }
        }
        & > Horizontal { height: 1; padding: 0 2; }
        & > Hints { padding: 0 2; }
        & .output--title { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & .output--count { width: auto; padding: 0 0 0 2; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search"),
        Binding("n", "next", "Next hit"),
        Binding("N", "previous", "Previous hit"),
        Binding("c,y", "copy", "Copy all"),
        Binding("escape,q,ctrl+o", "close", "Close"),
    ]
    AUTO_FOCUS = "TextView"

    def __init__(self, title: str, text: str, *, at_end: bool = False) -> None:
        super().__init__()
        self._of = title
        self._all = text
        self._view = TextView(text, at_end=at_end)
        self._input = Input(placeholder="search", compact=True)
        self._keys = Hints()
        self._keys.show(*KEYS)
        self._count = Static("", markup=False, classes="output--count")

    def compose(self) -> ComposeResult:
        """Title and count, text, search, keys."""
        with Horizontal():
            yield Static(line(self._of, "bold"), markup=False, classes="output--title")
            yield self._count
        yield self._view
        yield self._input
        yield self._keys

    def on_text_view_changed(self, event: TextView.Changed) -> None:
        """Say how much there is."""
        said = line(f"{event.lines:,} line{'' if event.lines == 1 else 's'}")
        if event.hits:
            said = join(line(f"{event.current:,} of {event.hits:,}", "$text-warning"), "  ", said)
        elif self._input.value:
            said = join(line("not found", "$text-warning"), "  ", said)
        self._count.update(said)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while the person writes."""
        self._view.search(event.value)

    def on_input_submitted(self) -> None:
        """Go on in the text."""
        self._view.focus()

    def action_search(self) -> None:
        """Open the line to search with."""
        self._input.add_class("-open")
        self._input.focus()

    def action_next(self) -> None:
        """To the next hit."""
        self._view.go(1)

    def action_previous(self) -> None:
        """To the hit before."""
        self._view.go(-1)

    def action_copy(self) -> None:
        """Ask for the whole text to be copied."""
        self.post_message(Block.Copied(self._all))

    def action_close(self) -> None:
        """Close the search, or the screen."""
        if self._input.has_class("-open"):
            self._input.remove_class("-open")
            self._input.value = ""
            self._view.focus()
        else:
            self.dismiss()
