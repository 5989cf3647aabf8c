"""A form for one step of a plan; what is wrong is said below the field."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from inhouse.tui.asking.entry import LineInput
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.plan_fields import FIELDS, problems_of, read_step, texts_of
from inhouse.tui.text import line
from inhouse_agent.plan import PlanProblem, PlanStep

WIDTHS = [(0, "-narrow"), (50, "-wide")]
HEIGHTS = [(0, "-short"), (20, "-tall")]
PLACEHOLDERS = {
    "intent": "one thing, in a sentence",
    "files": "that exist, between commas",
    "new_files": "to be made, between commas",
    "symbols": "functions and classes, between commas",
    "verify": "a command that fails unless it was done right",
}


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls with the field that is written in; the arrows go from field to field."""


class StepEditor(ModalScreen[PlanStep | None]):
    """Gives the step as it was left, or None when nothing shall change."""

    DEFAULT_CSS = """
    StepEditor {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 88;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 1 2 0 2;
        }
        #fields { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        .field { height: 1; }
        .name { width: 14; color: $text-muted; }
        LineInput, LineInput:focus {
            width: 1fr;
            height: 1;
            border: none;
            padding: 0 1;
            background: $background;
        }
        LineInput:focus { background: $panel; background-tint: transparent; }
        .problem { height: auto; color: $text-error; padding: 0 0 0 15; display: none; }
        #hints { height: auto; margin: 1 0 0 0; }
        &.-short {
            & > Vertical { padding: 0 1; height: 100%; }
            #fields { height: 1fr; }
            #hints { margin: 0; }
        }
        &.-narrow {
            .field { height: 2; layout: vertical; }
            .name { width: 1fr; }
            .problem { padding: 0 0 0 1; }
        }
    }
    """
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave the step as it was"),
        Binding("down", "app.focus_next", "Next field"),
        Binding("up", "app.focus_previous", "Previous field"),
        Binding("ctrl+s", "keep", "Keep the step"),
    ]

    def __init__(
        self, step: PlanStep, number: int = 1, is_file: Callable[[str], bool] | None = None
    ) -> None:
        super().__init__()
        self._step = step
        self._number = number
        self._is_file = is_file

    def compose(self) -> ComposeResult:
        """A row for each field, and below it what is wrong there."""
        texts = texts_of(self._step)
        with Vertical() as frame:
            frame.border_title = line(f"Step {self._number}", "bold")
            with Fields(id="fields"):
                for key, name in FIELDS.items():
                    with Horizontal(classes="field"):
                        yield Label(line(name), classes="name")
                        written = line(texts[key]).plain
                        yield LineInput(written, PLACEHOLDERS[key], id=key, select_on_focus=False)
                    yield Static(id=f"{key}-problem", classes="problem")
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Begin with what is done."""
        self.query_one(Hints).show(("enter", "keep"), ("↑↓", "fields"), ("esc", "as it was"))
        self.query_one("#intent").focus()

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Give the step back, unless something is wrong with it."""
        texts = {key: self.query_one(f"#{key}", LineInput).value for key in FIELDS}
        step = read_step(texts)
        if isinstance(step, PlanProblem):
            self._tell({"intent": step.text})
            return
        problems = problems_of(step, self._is_file)
        if problems:
            self._tell(problems)
        else:
            self.dismiss(step)

    def action_leave(self) -> None:
        """Give nothing back."""
        self.dismiss(None)

    def _tell(self, problems: Mapping[str, str]) -> None:
        """Say what is wrong below each field, and go to the first."""
        for key in FIELDS:
            told = self.query_one(f"#{key}-problem", Static)
            told.display = key in problems
            told.update(line(problems.get(key, "")))
        first = next(key for key in FIELDS if key in problems)
        self.query_one(f"#{first}").focus()
