"""The turns whose changes can be taken back or done again, with their files."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from inhouse.live.undoing import first_line
from inhouse.times import describe_age
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.row_list import RowList
from inhouse.tui.text import join, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse_tools.undo import FileSummary, TurnSummary

NO_TURNS: Final = "No turn has changed anything here yet."
MAX_FILES: Final = 200
STATES: Final = {"undone": "taken back", "open": "running", "undoing": "half", "redoing": "half"}
MARKS: Final = {"created": "+", "deleted": "-", "changed": "~"}
STYLES: Final = {"created": "$text-success", "deleted": "$text-error", "changed": "$text-warning"}
HEIGHTS: Final = [(0, "-short"), (20, "-tall")]


@dataclass(frozen=True, slots=True)
class UndoChoice:
    """Take back all turns down to this one, or do all up to it again."""

    way: Literal["undo", "redo"]
    id: str


class UndoScreen(ModalScreen[UndoChoice | None]):
    """Gives how far to go, or None. The turns come with the newest first."""

    DEFAULT_CSS = """
    UndoScreen {
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
        #turns { height: auto; max-height: 45vh; min-height: 2; }
        #files { height: auto; max-height: 30vh; margin: 1 0 0 0; padding: 0 1; }
        #files { scrollbar-size: 0 1; }
        #hints { height: auto; padding: 0 1; margin: 1 0 0 0; }
        &.-short > Vertical { height: 100%; }
        &.-short #turns { height: 1fr; max-height: 100%; }
        &.-short #files { max-height: 2; margin: 0; }
        &.-short #hints { margin: 0; }
        &.-empty > Vertical { height: auto; }
        &.-empty #turns { display: none; }
        &.-empty #files { margin: 0; }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Close")]

    def __init__(self, turns: "Sequence[TurnSummary]") -> None:
        super().__init__()
        self._turns = turns

    def compose(self) -> ComposeResult:
        """The turns, and the files of the chosen one."""
        with Vertical() as box:
            box.border_title = "Undo"
            yield RowList(self._draw_turn, id="turns")
            with VerticalScroll(id="files", can_focus=False):
                yield Static(id="names", markup=False)
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """The newest turn is chosen at first."""
        turns = self.query_one(RowList)
        self.set_class(not self._turns, "-empty")
        turns.show(len(self._turns), 0)
        turns.focus()

    @property
    def _place(self) -> int:
        return self.query_one(RowList).highlighted

    def _draw_turn(self, row: int, *, chosen: bool) -> list[Content]:
        summary = self._turns[row]
        turn = summary.turn
        count = len(summary.files)
        facts = [
            describe_age(time.time() - turn.began),
            f"{count} file{'' if count == 1 else 's'}",
            *([STATES[turn.state]] if turn.state in STATES else ()),
            *(["was killed"] if turn.interrupted else ()),
        ]
        undone = turn.state == "undone"
        style = "bold" if chosen else "$text-muted" if undone else ""
        included = self._includes(row)
        mark = line("│ " if included else "  ", "$warning")
        lines = _lines(summary.files)
        return [
            join(" ", mark, line(first_line(turn.prompt), style)),
            join(" ", mark, line(" · ".join(facts), "$text-muted"), lines),
        ]

    def _includes(self, place: int) -> bool:
        """Whether this turn is moved when the chosen one is."""
        chosen = self._place
        if not 0 <= chosen < len(self._turns):
            return False
        state = self._turns[chosen].turn.state
        if self._turns[place].turn.state != state:
            return False
        return place <= chosen if state == "done" else state == "undone" and place >= chosen

    @on(RowList.Highlighted)
    def _show_files(self, event: RowList.Highlighted) -> None:
        names = self.query_one("#names", Static)
        if event.row < 0:
            names.update(line(NO_TURNS, "$text-muted"))
            self.query_one(Hints).show(("Esc", "close"))
            return
        summary = self._turns[event.row]
        rows = [_file(file) for file in summary.files[:MAX_FILES]]
        if len(summary.files) > MAX_FILES:
            rows.append(line(f"and {len(summary.files) - MAX_FILES} more", "$text-muted"))
        names.update(Content("\n").join(rows))
        self._show_hints()

    def _show_hints(self) -> None:
        state = self._turns[self._place].turn.state
        count = sum(self._includes(place) for place in range(len(self._turns)))
        turns = f"{count} turn{'' if count == 1 else 's'}"
        pairs = [("Esc", "close")]
        if state == "done":
            pairs.insert(0, ("Enter", f"take back {turns}"))
        elif state == "undone":
            pairs.insert(0, ("Enter", f"do {turns} again"))
        self.query_one(Hints).show(*pairs)

    @on(RowList.Chosen)
    def _take(self, event: RowList.Chosen) -> None:
        turn = self._turns[event.row].turn
        if turn.state == "done":
            self.dismiss(UndoChoice("undo", turn.id))
        elif turn.state == "undone":
            self.dismiss(UndoChoice("redo", turn.id))

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)


def _file(file: "FileSummary") -> Content:
    lost = line("  not covered: it stays as it is", "$text-warning") if not file.covered else ""
    return join(
        line(f"{MARKS[file.what]} ", STYLES[file.what]), line(file.name), _lines([file]), lost
    )


def _lines(files: "Sequence[FileSummary]") -> Content:
    """How many lines came and went in them, where that is known."""
    added = sum(file.added or 0 for file in files)
    removed = sum(file.removed or 0 for file in files)
    if not added and not removed:
        return Content("")
    return join(line(f"  +{added:,}", "$text-success"), line(f" -{removed:,}", "$text-error"))
