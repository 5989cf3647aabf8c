"""Where to go back to: every prompt of the conversation, and what goes back with it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from inhouse.live.rewinding import RewindPoint
from inhouse.live.undoing import first_line, name_some
from inhouse.times import describe_age
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.row_list import RowList
from inhouse.tui.text import join, line

NO_PROMPTS: Final = "Nothing was asked yet, so there is nothing to go back to."
SCOPES: Final = (
    ("Code and conversation", "both go back"),
    ("Conversation only", "files stay as they are"),
    ("Code only", "the conversation goes on"),
)
HEIGHTS: Final = [(0, "-short"), (20, "-tall")]


@dataclass(frozen=True, slots=True)
class RewindChoice:
    """Back to the moment before a prompt, with its code, its conversation, or both."""

    point: RewindPoint
    code: bool
    conversation: bool


class RewindScreen(ModalScreen[RewindChoice | None]):
    """Gives where to go back to, or None. The points come with the first prompt first."""

    DEFAULT_CSS = """
    RewindScreen {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 100;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        #prompts { height: auto; max-height: 40vh; min-height: 2; }
        #about { height: auto; max-height: 2; padding: 0 1; margin: 1 0 0 0; color: $text-muted; }
        #scopes { height: auto; max-height: 3; margin: 1 0 0 0; display: none; }
        &.-asking #scopes { display: block; }
        #hints { height: auto; padding: 0 1; margin: 1 0 0 0; }
        &.-short > Vertical { height: 100%; }
        &.-short #prompts { height: 1fr; max-height: 100%; }
        &.-short #about { max-height: 1; }
        &.-short #about, &.-short #hints, &.-short #scopes { margin: 0; }
        &.-asking.-short #about { display: none; }
        &.-empty > Vertical { height: auto; }
        &.-empty #prompts { display: none; }
        &.-empty #about { margin: 0; max-height: 4; }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("1", "take(0)", "Code and conversation"),
        Binding("2", "take(1)", "Conversation only"),
        Binding("3", "take(2)", "Code only"),
    ]

    def __init__(self, points: Sequence[RewindPoint]) -> None:
        super().__init__()
        self._points = points

    def compose(self) -> ComposeResult:
        """The prompts, what would go, and how much of it."""
        with Vertical() as box:
            box.border_title = "Rewind to before a prompt"
            yield RowList(self._draw_point, id="prompts")
            yield Static(id="about", markup=False)
            yield RowList(self._draw_scope, height=1, id="scopes")
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """The last prompt is chosen at first."""
        self._prompts.show(len(self._points), len(self._points) - 1)
        self._scopes.show(len(SCOPES), 0)
        self._prompts.focus()
        if not self._points:
            self.add_class("-empty")
            self.query_one("#about", Static).update(NO_PROMPTS)
        self._show_hints()

    @property
    def _prompts(self) -> RowList:
        return self.query_one("#prompts", RowList)

    @property
    def _scopes(self) -> RowList:
        return self.query_one("#scopes", RowList)

    def _draw_point(self, row: int, *, chosen: bool) -> list[Content]:
        point = self._points[row]
        facts = [describe_age(time.time() - _seconds(point.at))]
        if point.files:
            count = len(point.files)
            files = f"{count} file{'' if count == 1 else 's'}: {name_some(point.files)}"
            facts.append(files)
        title = line(first_line(point.prompt), "bold" if chosen else "")
        return [
            join(line(" > ", "$primary"), title),
            line(f"   {' · '.join(facts)}", "$text-muted"),
        ]

    def _draw_scope(self, row: int, *, chosen: bool) -> list[Content]:
        what, means = SCOPES[row]
        name = line(f" {row + 1}  {what}", "bold" if chosen else "")
        return [join(name, line(f"  {means}", "$text-muted"))]

    @on(RowList.Highlighted, "#prompts")
    def _tell_how_much(self, event: RowList.Highlighted) -> None:
        if event.row < 0:
            return
        gone = self._points[event.row :]
        files = tuple(dict.fromkeys(path for point in gone for path in point.files))
        prompts = f"{len(gone)} prompt{'' if len(gone) == 1 else 's'}"
        known = f", {name_some(files)}" if files else ", no files that are known"
        self.query_one("#about", Static).update(line(f"From here on: {prompts}{known}"))

    @on(RowList.Chosen, "#prompts")
    def _ask_how_much(self) -> None:
        self.add_class("-asking")
        self._scopes.focus()
        self._show_hints()

    @on(RowList.Chosen, "#scopes")
    def _take_scope(self, event: RowList.Chosen) -> None:
        self.action_take(event.row)

    def action_take(self, scope: int) -> None:
        """Go back with this much."""
        place = self._prompts.highlighted
        if place >= 0:
            choice = RewindChoice(self._points[place], code=scope != 1, conversation=scope != 2)
            self.dismiss(choice)

    def action_leave(self) -> None:
        """Take back one step, then close."""
        if self._scopes.has_focus:
            self.remove_class("-asking")
            self._prompts.focus()
            self._show_hints()
        else:
            self.dismiss(None)

    def _show_hints(self) -> None:
        pairs = (("Enter", "choose"), ("1 2 3", "at once"), ("Esc", "close"))
        if self.has_class("-asking"):
            pairs = (("Enter", "go back"), ("1 2 3", "at once"), ("Esc", "another prompt"))
        self.query_one(Hints).show(*(pairs if self._points else (("Esc", "close"),)))


def _seconds(at: str) -> float:
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0
