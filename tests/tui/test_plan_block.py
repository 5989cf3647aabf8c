"""The plan in the conversation, the form for a step, and the checklist: keys and looks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from inhouse.tui.asking.entry import LineInput
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.plan import PlanBlock
from inhouse.tui.blocks.plan_step import PlanStepRow
from inhouse.tui.checklist import Checklist, first_shown
from inhouse.tui.screens.plan_editor import StepEditor
from inhouse.tui.themes import register_themes
from inhouse_agent.plan import Plan, PlanStep
from inhouse_agent.plan_text import render_plan

Snapshot = Callable[[App[Any], str], None]
PLAN = Plan(
    "Prices are decimals everywhere",
    (
        PlanStep(
            "Let `total` and `rebate` calculate with Decimal",
            ("src/shop/prices.py", "src/shop/rebates.py"),
            (),
            ("total", "Rebate.of"),
            "pytest tests/test_prices.py",
        ),
        PlanStep("Write a module for money with [brackets]", (), ("src/shop/money.py",)),
        PlanStep("Read and write decimals in the export", ("src/shop/export.py",)),
    ),
    ("pytest -q", "ruff check"),
)
INTENTS = [step.intent for step in PLAN.steps]


class Desk(App[None]):
    """A conversation with one plan, and the checklist below."""

    CSS = "#past { height: 1fr; padding: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.block = PlanBlock(PLAN, {"a"}.__contains__)
        self.checklist = Checklist()
        self.approved: list[Plan] = []
        self.changed: list[Plan] = []
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        with Static(id="past"):
            yield self.block
        yield self.checklist

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "ink"
        self.block.focus()

    def on_plan_block_approved(self, event: PlanBlock.Approved) -> None:
        self.approved.append(event.plan)

    def on_plan_block_changed(self, event: PlanBlock.Changed) -> None:
        self.changed.append(event.plan)

    def on_block_copied(self, event: Block.Copied) -> None:
        self.copied.append(event.text)


Scene = Callable[[Desk, Pilot[None]], Awaitable[None]]


def play(scene: Scene, size: tuple[int, int] = (100, 30)) -> Desk:
    async def run() -> Desk:
        desk = Desk()
        async with desk.run_test(size=size) as pilot:
            await pilot.pause()
            await scene(desk, pilot)
            await pilot.pause()
        return desk

    return asyncio.run(run())


def shown(desk: Desk) -> str:
    return "\n".join(str(part.content) for part in desk.block.query(Static) if part.display)


def intents(plan: Plan) -> list[str]:
    return [step.intent for step in plan.steps]


def test_a_plan_is_approved_as_it_was_changed() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await pilot.press("down", "x", "a", "x", "shift+up", "a")
        await pilot.press("o", "down", "down", "o", "a")

    desk = play(scene)
    assert [intents(plan) for plan in desk.approved] == [
        INTENTS,
        [INTENTS[0], INTENTS[2]],
        [INTENTS[1], INTENTS[0], INTENTS[2]],
        [INTENTS[0], INTENTS[2], INTENTS[1]],
    ]
    assert desk.changed[-1] == desk.approved[-1]


def test_a_plan_without_steps_is_not_approved() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("x", "down", "x", "down", "x", "a")
        await pilot.pause()
        assert "Every step is dropped" in shown(desk)

    assert play(scene).approved == []


def test_a_step_is_edited_in_a_form() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("ctrl+u", "enter")
        assert isinstance(desk.screen, StepEditor)
        assert str(desk.screen.query_one("#intent-problem", Static).content) == "Say what is done."
        await pilot.press(*"New", "down", "ctrl+u", *"b", "enter")
        await pilot.pause()
        problem = desk.screen.query_one("#files-problem", Static)
        assert str(problem.content) == "b does not exist: is it a new file?"
        await pilot.press("ctrl+u", *"a", "down", "down", "down", "ctrl+u", *"ls")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert desk.screen.is_current
        await pilot.press("down", "e")
        await pilot.pause()
        await pilot.press("x", "escape")
        await pilot.pause()

    desk = play(scene)
    edited = PlanStep("New", ("a",), (), ("total", "Rebate.of"), "ls")
    assert desk.block.plan.steps == (edited, *PLAN.steps[1:])
    assert desk.changed == [desk.block.plan]


def test_the_whole_plan_is_edited_as_text() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        assert not await desk.block.take_text("nothing of a plan")
        await pilot.pause()
        assert "is no heading, step or command" in shown(desk)
        assert await desk.block.take_text("# Less\n1. Only this\n")
        await pilot.pause()
        assert "Only this" in shown(desk)
        assert "heading" not in shown(desk)

    desk = play(scene)
    assert desk.changed == [Plan("Less", (PlanStep("Only this"),))]


def test_the_editor_gets_the_plan_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def edit(_app: object, text: str, _folder: object) -> str:
        seen.append(text)
        return text.replace("everywhere", "here")

    monkeypatch.setattr("inhouse.tui.composer.external_editor.edit_outside", edit)

    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("E")
        async with asyncio.timeout(60):
            while desk.block.plan == PLAN:
                await pilot.pause()

    assert play(scene).block.plan.goal == "Prices are decimals here"
    assert seen == [render_plan(PLAN)]


def test_a_plan_fills_in_as_it_is_carried_out() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        states = ["done", "doing", "todo"]
        assert desk.block.show_steps(tuple(zip(INTENTS, states, strict=True)))
        assert not desk.block.show_steps((("something else", "done"),))
        await pilot.pause()
        signs = [str(one.content) for one in desk.block.query(".sign").results(Static)]
        assert signs == ["> ✓  1", "  ◐  2", "  ○  3"]

    play(scene)


def test_a_plan_folds_is_copied_and_made_again() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("down", "x", "c", "space")
        await pilot.pause()
        assert not any(row.display for row in desk.block.query(PlanStepRow))
        again = desk.block.again()
        await desk.block.remove()
        await desk.mount(again)
        desk.block = again
        again.focus()
        await pilot.press("space")
        await pilot.pause()
        assert "dropped" in shown(desk)
        await pilot.press("x")

    desk = play(scene)
    assert desk.block.plan == PLAN
    assert desk.copied == [
        render_plan(Plan(PLAN.goal, (PLAN.steps[0], PLAN.steps[2]), PLAN.verify))
    ]


def test_a_click_chooses_a_step() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.click(desk.block.query(".step").last())
        await pilot.press("x")

    assert intents(play(scene).block.plan) == INTENTS[:2]


SEVEN = tuple((f"Step number {number}", "todo") for number in range(1, 8))


def at(done: int, doing: bool = True) -> tuple[tuple[str, str], ...]:
    """Seven steps of which so many are done."""
    return tuple(
        (text, "done" if place < done else "doing" if doing and place == done else "todo")
        for place, (text, _state) in enumerate(SEVEN)
    )


def test_the_checklist_shows_what_is_near_in_five_rows() -> None:
    assert [first_shown(at(done)) for done in range(8)] == [0, 0, 1, 2, 3, 3, 3, 3]

    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        checklist = desk.checklist
        assert not checklist.display
        checklist.show_steps(at(3))
        await pilot.pause()
        assert checklist.size.height == 5
        assert str(checklist.content).splitlines() == [
            "3 of 7 done", "✓ Step number 3", "◐ Step number 4", "○ Step number 5",
            "○ Step number 6",
        ]  # fmt: skip
        checklist.toggle()
        await pilot.pause()
        assert checklist.size.height == 1
        assert str(checklist.content) == "3 of 7 done  ◐ Step number 4"
        await pilot.click(Checklist)
        await pilot.pause()
        assert checklist.size.height == 5
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert checklist.size.height == 1

    play(scene)


def test_the_checklist_goes_when_all_is_done_and_a_turn_begins() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        desk.checklist.show_steps(at(6))
        desk.checklist.begin_turn()
        await pilot.pause()
        assert desk.checklist.display
        desk.checklist.show_steps(at(7))
        await pilot.pause()
        assert desk.checklist.display
        desk.checklist.begin_turn()
        await pilot.pause()
        assert not desk.checklist.display

    play(scene)


def pressing(*keys: str) -> Scene:
    async def scene(_desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press(*keys)

    return scene


async def carried_out(desk: Desk, _pilot: Pilot[None]) -> None:
    states = zip(INTENTS, ["done", "doing", "todo"], strict=True)
    desk.screen.set_focus(None)
    desk.block.show_steps(tuple(states))
    desk.checklist.show_steps(at(3))


PICTURES: dict[str, Scene] = {
    "plan": pressing("down", "down", "x", "up"),
    "plan-followed": carried_out,
    "step-editor": pressing("e", "down", "ctrl+u", *"b", "enter"),
}


SIZES = [(100, 24), (60, 24), (40, 12)]


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_designed(snapshot: Snapshot, name: str) -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await PICTURES[name](desk, pilot)
        await pilot.pause()
        for written in desk.screen.query(LineInput):
            written.cursor_blink = False
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            snapshot(desk, f"plan/{name}-{width}")

    play(scene, SIZES[0])


def test_it_looks_as_designed_in_the_light(snapshot: Snapshot) -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        desk.theme = "paper"
        await carried_out(desk, pilot)
        await pilot.pause()
        snapshot(desk, "plan/plan-followed-light")

    play(scene, SIZES[0])
