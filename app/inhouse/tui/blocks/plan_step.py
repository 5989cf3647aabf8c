"""One step of a plan as a row that can be chosen, with what it touches below."""

from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from inhouse.tui.blocks.plan_draft import DraftStep
from inhouse.tui.text import join, line
from inhouse_agent.plan import PlanStep

MUTED: Final = "$foreground-muted"
SIGNS: Final = {"done": ("✓", "$text-success"), "doing": ("◐", "$text-accent")}
NOT_BEGUN: Final = ("○", MUTED)
DROPPED: Final = ("✗", "$text-error")


@dataclass(frozen=True, slots=True)
class StepLook:
    """How a step is shown: its number, its state, and whether it is chosen or being moved."""

    number: int
    state: str = "todo"
    chosen: bool = False
    moving: bool = False


class PlanStepRow(Horizontal):
    """Pressing it means to choose it."""

    @dataclass
    class Pressed(Message):
        """The person pressed this step."""

        place: int

    DEFAULT_CSS = """
    PlanStepRow {
        height: auto;
        & > .sign { width: auto; height: auto; padding: 0 1 0 0; }
        & > .step { width: 1fr; height: auto; }
        &.-chosen { background: $panel; }
        &:ansi.-chosen { text-style: bold; }
    }
    """

    def __init__(self, place: int, step: DraftStep, look: StepLook) -> None:
        super().__init__()
        self._place = place
        self._step = step
        self._look = look

    def compose(self) -> ComposeResult:
        """The sign of its state, and the step."""
        yield Static(classes="sign")
        yield Static(classes="step")

    def on_mount(self) -> None:
        """Show the step."""
        self.show(self._step, self._look)

    def show(self, step: DraftStep, look: StepLook) -> None:
        """Show this step in this place."""
        self._step, self._look = step, look
        self.set_class(look.chosen, "-chosen")
        if self.is_mounted:
            self.query_one(".sign", Static).update(sign_of(step, look))
            self.query_one(".step", Static).update(step_content(step))

    def on_click(self, event: Click) -> None:
        """Say that it was pressed."""
        event.stop()
        self.post_message(self.Pressed(self._place))


def sign_of(step: DraftStep, look: StepLook) -> Content:
    """Whether it is chosen, its state and its number."""
    mark = ("↕" if look.moving else ">") if look.chosen else " "
    sign, style = DROPPED if step.dropped else SIGNS.get(look.state, NOT_BEGUN)
    return join(
        Content.styled(mark, "$text-primary bold"),
        " ",
        Content.styled(sign, style),
        Content.styled(f" {look.number:>2}", MUTED),
    )


def step_content(step: DraftStep) -> Content:
    """What is done, and below it what it touches; a step that was dropped says so."""
    if step.dropped:
        dropped = Content.styled("  dropped", "$text-error")
        return join(line(step.step.intent, f"{MUTED} strike"), dropped)
    return Content("\n").join([line(step.step.intent), *details_of(step.step)])


def details_of(step: PlanStep) -> list[Content]:
    """What a step touches and how it is checked, in at most two lines."""
    new = tuple(f"new {name}" for name in step.new_files)
    touched = [", ".join(names) for names in (step.files, new, step.symbols) if names]
    details = [" · ".join(touched)] if touched else []
    details += [f"checked by {step.verify}"] if step.verify else []
    return [line(text, MUTED) for text in details]
