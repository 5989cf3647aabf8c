"""A plan that the model proposed: gone over step by step, approved, and followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self, cast

from textual import getters
from textual.actions import SkipAction
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.plan_draft import PlanDraft
from inhouse.tui.blocks.plan_step import MUTED, PlanStepRow, StepLook
from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import join, line
from inhouse_agent.plan import Plan, PlanProblem, PlanStep
from inhouse_agent.plan_text import parse_plan, render_plan

KEYS: Final = (
    ("a", "approve"), ("e", "edit"), ("x", "drop"), ("o", "order"), ("E", "editor"),
)  # fmt: skip
ORDERING: Final = (("↑↓", "move the step"), ("o", "done"))
EMPTY: Final = "Every step is dropped: x on one takes it back."


class PlanBlock(Block, inherit_bindings=False):
    """A checklist that can be changed until it is approved, and then fills in.

    `is_file` says which files exist, so that a step cannot name others; without it any may be
    named. `folder` is where the person's editor is started.
    """

    @dataclass
    class Approved(Message):
        """The person wants this carried out."""

        plan: Plan

    @dataclass
    class Changed(Message):
        """The person changed the plan into this."""

        plan: Plan

    DEFAULT_CSS = """
    PlanBlock {
        & > Static { height: auto; }
        & > #whole { padding: 0 0 0 2; }
        & > #problem { padding: 0 0 0 2; color: $text-error; }
        & > Hints { margin: 1 0 0 2; display: none; }
        &:focus > Hints { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Choose the step above"),
        Binding("down", "choose(1)", "Choose the step below"),
        Binding("enter,e", "edit", "Edit the step"),
        Binding("x", "drop", "Drop the step, or take it back"),
        Binding("o", "order", "Move the step with the arrows"),
        Binding("shift+up", "move(-1)", "Move the step up"),
        Binding("shift+down", "move(1)", "Move the step down"),
        Binding("a", "approve", "Approve, and carry the plan out"),
        Binding("E", "edit_outside", "Edit the whole plan in your editor"),
        Binding("space", "fold", "Fold or unfold"),
        Binding("c,y", "copy", "Copy"),
    ]
    app = getters.app(cast("type[App[Any]]", App))

    def __init__(
        self,
        plan: Plan,
        is_file: Callable[[str], bool] | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        self._draft = PlanDraft.of(plan)
        self._is_file = is_file
        self._folder = folder
        self._states: tuple[str, ...] = ()
        self._chosen = 0
        self._ordering = False
        self._problem = ""

    def compose(self) -> ComposeResult:
        """The goal, the steps, what verifies the whole, and the keys."""
        yield Static(id="goal")
        yield from self._rows()
        yield Static(id="whole")
        yield Static(id="problem")
        yield Hints()

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def watch_has_focus(self, value: bool) -> None:
        """Show which step the keys mean, while they mean one."""
        super().watch_has_focus(value)
        self._ordering = self._ordering and value
        self._draw()

    def again(self) -> Self:
        """The same plan with everything that the person changed."""
        block = type(self)(self._draft.plan, self._is_file, self._folder)
        block._draft, block._states, block._chosen = self._draft, self._states, self._chosen
        block.set_reactive(Block.folded, self.folded)
        return block

    def copied_text(self) -> str:
        """The plan as Markdown."""
        return render_plan(self.plan)

    @property
    def plan(self) -> Plan:
        """The plan as it is now."""
        return self._draft.plan

    def show_steps(self, steps: Sequence[tuple[str, str]]) -> bool:
        """Fill in how far it is: (what is done, state) for each step. False when these are the
        steps of something else."""
        if tuple(text for text, _state in steps) != tuple(one.intent for one in self.plan.steps):
            return False
        self._states = tuple(state for _text, state in steps)
        self._draw()
        return True

    def watch_folded(self) -> None:
        """Show the steps, or only the goal."""
        self._draw()

    def on_plan_step_row_pressed(self, event: PlanStepRow.Pressed) -> None:
        """Choose a step with the mouse."""
        event.stop()
        self._chosen = event.place
        self.focus()
        self._draw()

    def action_choose(self, by: int) -> None:
        """Choose another step, or take the chosen one along; beyond the ends the view moves."""
        if self._ordering:
            self.action_move(by)
            return
        place = self._chosen + by
        if self.folded or not 0 <= place < len(self._draft.steps):
            raise SkipAction
        self._chosen = place
        self._draw()
        self.query(PlanStepRow)[place].scroll_visible(animate=False)

    def action_order(self) -> None:
        """Begin or end moving the chosen step."""
        self._ordering = not self._ordering
        self._draw()

    def action_move(self, by: int) -> None:
        """Move the chosen step up or down."""
        moved = self._draft.moved(self._chosen, by)
        if moved != self._draft:
            self._chosen += by
            self._change(moved)

    def action_drop(self) -> None:
        """Drop the chosen step, or take it back."""
        self._change(self._draft.toggled(self._chosen))

    def action_approve(self) -> None:
        """Have it carried out."""
        if self.plan.steps:
            self.post_message(self.Approved(self.plan))
        else:
            self._say(EMPTY)

    def action_edit(self) -> None:
        """Edit the chosen step in a form."""
        if self._ordering:
            self.action_order()
            return
        from inhouse.tui.screens.plan_editor import StepEditor

        place = self._chosen

        def take(step: PlanStep | None) -> None:
            if step is not None:
                self._change(self._draft.edited(place, step))

        step = self._draft.steps[place].step
        self.app.push_screen(StepEditor(step, place + 1, self._is_file), take)

    def action_edit_outside(self) -> None:
        """Edit the whole plan as text."""
        self.run_worker(self._edit_outside(), name="plan editor")

    async def take_text(self, text: str) -> bool:
        """Whether this text is a plan, which it then shows; else what is wrong is said."""
        plan = parse_plan(text)
        if isinstance(plan, PlanProblem):
            self._say(plan.text)
            return False
        if plan != self.plan:
            self._chosen = 0
            await self.query(PlanStepRow).remove()
            self._draft = PlanDraft.of(plan)
            await self.mount(*self._rows(), before="#whole")
            self._change(self._draft)
        return True

    async def _edit_outside(self) -> None:
        from inhouse.tui.composer.external_editor import edit_outside
        from inhouse_tools.refusal import Refusal

        edited = await edit_outside(self.app, render_plan(self.plan), self._folder or Path.cwd())
        if isinstance(edited, Refusal):
            self._say(edited.text)
        else:
            await self.take_text(edited)

    def _change(self, draft: PlanDraft) -> None:
        self._draft, self._states, self._problem = draft, (), ""
        self._draw()
        self.post_message(self.Changed(draft.plan))

    def _say(self, problem: str) -> None:
        self._problem = problem
        self._draw()

    def _rows(self) -> list[PlanStepRow]:
        steps = self._draft.steps
        return [PlanStepRow(place, step, self._look(place)) for place, step in enumerate(steps)]

    def _look(self, place: int) -> StepLook:
        kept = [at for at, step in enumerate(self._draft.steps) if not step.dropped]
        order = kept.index(place) if place in kept else -1
        known = 0 <= order < len(self._states)
        state = self._states[order] if known else "todo"
        chosen = self.has_focus and place == self._chosen
        return StepLook(place + 1, state, chosen, self._ordering and chosen)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        count = len(self.plan.steps)
        steps = Content.styled(f"  {count} {'step' if count == 1 else 'steps'}", MUTED)
        dot = Content.styled("●", "$accent")
        goal = join(dot, " ", line("plan", "bold"), " ", line(self._draft.goal), steps)
        self.query_one("#goal", Static).update(goal)
        for place, row in enumerate(self.query(PlanStepRow)):
            row.display = not self.folded
            row.show(self._draft.steps[place], self._look(place))
        commands = self._draft.verify
        whole = self.query_one("#whole", Static)
        whole.display = bool(commands) and not self.folded
        whole.update(join(Content.styled("At the end ", MUTED), line(", ".join(commands))))
        problem = self.query_one("#problem", Static)
        problem.display = bool(self._problem)
        problem.update(line(self._problem))
        self.query_one(Hints).show(*(ORDERING if self._ordering else KEYS))
