"""Ctrl+R: everything that was sent in this folder, found by some of its letters."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from inhouse.tui import text
from inhouse.tui.composer.chips import Written
from inhouse.tui.composer.choices import Choice, Choices
from inhouse.tui.composer.fuzzy import Match, match_name

MOST_SHOWN: Final = 200
MOST_LETTERS: Final = 400
LEAST_SCORE: Final = 1.5
"""Letters that are strewn over a long prompt are no find."""
EMPTY: Final = "Nothing was sent in this folder yet."
NO_MATCH: Final = "Nothing fits. Esc closes."


class HistoryScreen(ModalScreen[Written | None]):
    """A search field over the entries, the newest nearest. Gives the chosen one, or None."""

    DEFAULT_CSS = """
    HistoryScreen {
        align: center middle;
        & > #history {
            width: 90%;
            max-width: 100;
            height: auto;
            max-height: 90%;
            padding: 0 1;
            border: round $primary;
            border-title-color: $primary;
            border-subtitle-color: $text-muted;
            background: $surface;
        }
        & Input, & Input:focus {
            height: 1;
            border: none;
            padding: 0;
            background: $surface;
            background-tint: $surface 0%;
        }
        & #history-found { overlay: none; padding: 0; margin: 1 0 0 0; }
        & #history-none { display: none; padding: 0 2; margin: 1 0 0 0; color: $text-muted; }
        & #history-none.-shown { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "move(-1)", "Up", priority=True),
        Binding("down,ctrl+n", "move(1)", "Down", priority=True),
        Binding("ctrl+r", "move(1)", "Next", priority=True),
        Binding("enter,tab", "take", "Take", priority=True),
        Binding("escape,ctrl+c", "leave", "Close", priority=True),
    ]

    def __init__(self, entries: Sequence[Written]) -> None:
        super().__init__()
        self._entries = [*dict.fromkeys(_key(one) for one in reversed(entries))]
        self._written = {_key(one): one for one in entries}
        self._found: list[Written] = []
        self._input = Input(placeholder="Search what you sent before")
        self._choices = Choices(id="history-found", most_rows=16)
        self._none = Static(markup=False, id="history-none")

    def compose(self) -> ComposeResult:
        """The field, and below it what fits."""
        with Vertical(id="history") as frame:
            frame.border_title = Content("History")
            frame.border_subtitle = Content("Enter takes · Ctrl+R next · Esc closes")
            yield self._input
            yield self._choices
            yield self._none

    @property
    def shown(self) -> Sequence[Choice]:
        """What fits, the best first."""
        return self._choices.choices

    @property
    def message(self) -> str:
        """What is said where nothing fits."""
        return NO_MATCH if self._entries else EMPTY

    def on_mount(self) -> None:
        """Show the newest."""
        self._input.focus()
        self._search("")

    def on_resize(self, event: events.Resize) -> None:
        """Show as many as have room."""
        del event
        self._search(self._input.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what fits now."""
        event.stop()
        self._search(event.value)

    def on_choices_clicked(self, event: Choices.Clicked) -> None:
        """Take what was clicked."""
        event.stop()
        self.dismiss(self._found[self._choices.choices.index(event.choice)])

    def action_move(self, rows: int) -> None:
        """Highlight another entry."""
        self._choices.move(rows)

    def action_take(self) -> None:
        """Give the highlighted entry."""
        if self._found and self._choices.highlighted is not None:
            self.dismiss(self._found[self._choices.highlighted])

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)

    def _search(self, query: str) -> None:
        query = " ".join(query.lower().split())
        matches = [(match, one) for one in self._entries if (match := _match(query, one))]
        # The sort keeps the newest first among those that fit alike.
        matches.sort(key=lambda pair: -round(pair[0].score, 1))
        del matches[MOST_SHOWN:]
        self._found = [self._written[one] for _, one in matches]
        rows = [Choice(_emphasised(match), str(at)) for at, (match, _) in enumerate(matches)]
        self._choices.offer(rows, 0, max(1, self.size.height * 9 // 10 - 5))
        self._none.update(text.line(self.message))
        self._none.set_class(not matches, "-shown")


def _key(written: Written) -> str:
    return written.text


def _match(query: str, entry: str) -> Match | None:
    line = " ".join(entry[:MOST_LETTERS].split())
    if not query:
        return Match(line, 0.0)
    start = line.lower().find(query)
    if start >= 0:
        return Match(line, 100.0, tuple(range(start, start + len(query))))
    match = match_name(query.replace(" ", ""), line)
    return match if match is not None and match.score > LEAST_SCORE else None


def _emphasised(match: Match) -> Content:
    label = text.line(match.name)
    for place in match.places:
        label = label.stylize("bold $primary", place, place + 1)
    return label
