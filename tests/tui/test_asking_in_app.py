"""Asking, rules and plans in the whole application."""

import asyncio
import json
from pathlib import Path

from tests.tui.whole_app import make_folder, running

from inhouse.sources import user_file
from inhouse.tui.asking.panel import QuestionPanel
from inhouse.tui.blocks.plan import PlanBlock
from inhouse.tui.screens.permissions import PermissionsScreen
from inhouse_models.scripted import ScriptedModel, call, say

ECHO = call("bash", command="cat cart.py")
PLAN = {
    "goal": "A rebate",
    "steps": [
        {
            "intent": "Write a rebate",
            "files": ["cart.py"],
            "new_files": [],
            "symbols": ["total"],
            "verify": "",
        }
    ],
    "verify": [],
}


def test_a_rule_of_the_session_answers_from_then_on(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    model = ScriptedModel((ECHO, call("bash", command="cat other.py"), say("Read.")))

    async def run() -> None:
        async with running(folder, model) as stage:
            await stage.send("read it")
            await stage.until(lambda: bool(stage.app.query(QuestionPanel)))
            await stage.pilot.press("s")
            await stage.until(lambda: stage.app.live.state == "ready")
            await stage.settle()
            assert "Read." in stage.texts()
            await stage.send("/permissions")
            await stage.until(lambda: isinstance(stage.app.screen, PermissionsScreen))
            await stage.pilot.press("x", "escape")
            await stage.pilot.pause()
            assert stage.app.live.built is not None
            assert stage.app.live.built.kit.policy.rules == ()

    asyncio.run(run())
    assert not user_file().exists()


def test_always_is_written_down(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, ScriptedModel((ECHO, say("Read.")))) as stage:
            await stage.send("read it")
            await stage.until(lambda: bool(stage.app.query(QuestionPanel)))
            await stage.pilot.press("3", "enter")
            await stage.until(lambda: stage.app.live.state == "ready")
            await stage.until(user_file().exists)

    asyncio.run(run())
    assert user_file().read_text(encoding="utf-8") == '[rules]\nallow = ["bash(cat *)"]\n'


def test_the_model_reads_why_not(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    model = ScriptedModel((ECHO, say("I will not.")))

    async def run() -> None:
        async with running(folder, model) as stage:
            await stage.send("read it")
            await stage.until(lambda: bool(stage.app.query(QuestionPanel)))
            await stage.pilot.press("c", *"use read", "enter", "n")
            await stage.until(lambda: stage.app.live.state == "ready")

    asyncio.run(run())
    assert "Denied: use read." in model.requests[-1].messages[-1].text


def test_a_plan_is_gone_over_and_carried_out(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    edit = call("edit", file_path="cart.py", old_string='"""A cart."""', new_string='"""Mine."""')
    read = call("read", file_path="cart.py")
    model = ScriptedModel((say("Looked."), say(json.dumps(PLAN)), read, edit, say("Done.")))

    async def run() -> None:
        async with running(folder, model, mode="plan") as stage:
            await stage.turn("Add a rebate to the cart")
            block = stage.app.query_one(PlanBlock)
            await stage.until(lambda: stage.app.focused is block)
            await stage.pilot.press("a")
            await stage.until(lambda: "Mine." in (folder / "cart.py").read_text("utf-8"))
            await stage.until(lambda: stage.app.live.state == "ready")
            await stage.settle()
            assert stage.app.checklist.all_done

    asyncio.run(run())
