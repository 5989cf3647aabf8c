"""The application as a person uses it: what is asked, shown, queued, interrupted and left."""

import asyncio
from pathlib import Path

from tests.tui.whole_app import make_folder, running, standing_still

from inhouse.tui.asking.panel import QuestionPanel
from inhouse_models.scripted import ScriptedModel, SlowModel, call, say

EDIT = call(
    "edit",
    file_path="cart.py",
    old_string="    return sum(item.price for item in items)",
    new_string="    return sum(item.price * item.count for item in items)",
)
READ = call("read", file_path="cart.py")


def test_a_question_is_answered_in_the_conversation(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, ScriptedModel((say("It adds up **prices**."),))) as stage:
            await stage.turn("what does total do?")
            assert "what does total do?" in stage.texts()
            assert "It adds up **prices**." in stage.texts()
            assert stage.app.focused is not None

    asyncio.run(run())


def test_an_edit_is_asked_for_and_made(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    model = ScriptedModel((READ, EDIT, say("Counts now count.")))

    async def run() -> None:
        async with running(folder, model) as stage:
            await stage.send("use counts")
            await stage.until(lambda: bool(stage.app.query(QuestionPanel)))
            assert not stage.app.composer.display
            await stage.pilot.press("y")
            await stage.until(lambda: stage.app.live.state == "ready")
            await stage.settle()
            assert stage.app.composer.display
            assert "Counts now count." in stage.texts()

    asyncio.run(run())
    assert "item.price * item.count" in (folder / "cart.py").read_text()


def test_escape_interrupts_and_the_queue_waits(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    model = SlowModel(say("a\nb\n"))

    async def run() -> None:
        async with running(folder, model, clock=standing_still) as stage:
            await stage.send("slow")
            await model.waiting.wait()
            await stage.send("later")
            assert list(stage.app.composer.queue) == ["later"]
            await stage.pilot.press("escape")
            await stage.until(lambda: stage.app.live.state == "ready")
            await stage.settle()
            assert "interrupted" in stage.texts().lower()
            await stage.pilot.press("escape", "escape")
            assert len(stage.app.screen_stack) == 1, "who presses again to stop wants no rewind"
            assert list(stage.app.composer.queue) == ["later"]

    asyncio.run(run())


def test_control_c_twice_leaves_and_once_does_not(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, ScriptedModel(()), clock=standing_still) as stage:
            await stage.pilot.press("ctrl+c")
            assert stage.app.is_running and stage.app.live.state == "ready"
            await stage.pilot.press("ctrl+c")
            await stage.until(lambda: stage.app.live.state == "closed")

    asyncio.run(run())


def test_shift_tab_goes_through_the_modes(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, ScriptedModel(())) as stage:
            seen: list[str] = []
            for _press in range(3):
                await stage.pilot.press("shift+tab")
                seen.append(stage.app.live.mode)
            assert seen == ["auto-edit", "plan", "ask"]

    asyncio.run(run())
