"""A whole session in an invented project: what ruff finds new reaches the model, and only that."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from inhouse.build import Built, Wish, build
from inhouse.settings import Settings
from inhouse.trust import trust
from inhouse_agent.events import Event, Noticed
from inhouse_agent.kit import deny_asks
from inhouse_agent.loop import run_turn
from inhouse_models.chat import ModelClient
from inhouse_models.scripted import INFO, Answer, ScriptedModel, call, say
from inhouse_models.transfer import ignore_progress

RUFF = Path(sys.executable).parent / "ruff"
OLD = "import os\n\n\ndef total(items):\n    return sum(items)\n"
NEW = "import os\n\n\ndef total(items):\n    first = 1\n    return sum(itms)\n"
EDIT = call("edit", file_path="cart.py", old_string="sum(items)", new_string="sum(itms)")
READ = call("read", file_path="cart.py")
BROKEN = "Edited cart.py at line 5.\nNew problems in cart.py after this edit:\nline 5: F821"


@pytest.fixture
def project(folder: Path) -> Path:
    """A project with ruff in its own environment, and a problem that was there before."""
    (folder / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["F"]\n')
    (folder / "cart.py").write_text(OLD)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "ruff").symlink_to(RUFF)
    return folder


def converse(
    root: Path, *answers: Answer, profile: Literal["large", "small"] = "large", **settings: object
) -> tuple[list[str], list[str]]:
    """What the tools answered in one turn, and what the person was told."""
    events: list[Event] = []
    values = {"sandbox": "off", **settings}
    wish = Wish(root, Settings.model_validate(values), "auto-edit")
    model = ScriptedModel((*answers, say("Done.")), about=replace(INFO, profile=profile))

    async def connect(_settings: Settings, _progress: object) -> ModelClient:
        return model

    async def run() -> list[str]:
        built = await build(wish, events.append, ignore_progress, deny_asks, connect)
        assert isinstance(built, Built)
        try:
            await run_turn(built.kit, built.history, "Change cart.py.")
        finally:
            await built.close()
        return [message.text for message in built.history if message.role == "tool"]

    said = asyncio.run(run())
    return said, [event.text for event in events if isinstance(event, Noticed)]


def test_the_model_hears_what_its_edit_broke_and_nothing_old(project: Path) -> None:
    trust(project)
    repair = call("edit", file_path="cart.py", old_string="sum(itms)", new_string="sum(items) + 1")
    said, _notices = converse(project, READ, EDIT, repair)
    assert said[1] == f"{BROKEN} Undefined name `itms`"
    assert said[2] == "Edited cart.py at line 5."


def test_without_trust_and_without_sandbox_it_is_only_offered(project: Path) -> None:
    said, notices = converse(project, READ, EDIT)
    assert said[1] == "Edited cart.py at line 5."
    (notice,) = [text for text in notices if "Not run after edits: ruff" in text]
    assert "--trust" in notice


def test_it_can_be_switched_off(project: Path) -> None:
    trust(project)
    said, notices = converse(project, READ, EDIT, run_checks="off")
    assert said[1] == "Edited cart.py at line 5."
    assert not any("ruff" in text for text in notices)


def test_a_small_model_hears_of_what_the_person_has_set_up(project: Path) -> None:
    trust(project)
    write = call("write", file_path="cart.py", content=NEW)
    quiet, _notices = converse(project, write, profile="small")
    assert not any("New problems" in text for text in quiet)
    (project / "cart.py").write_text(OLD)
    said, _notices = converse(project, write, profile="small", checks={"ruff": {}})
    assert any("New problems in cart.py" in text for text in said)


def test_a_language_server_is_asked_and_ended(project: Path) -> None:
    trust(project)
    script = Path(__file__).parents[1] / "tools" / "checks" / "scripted_language_server.py"
    heard = project / "heard"
    command = [sys.executable, str(script), "push", str(heard)]
    servers = {"own": {"command": command, "files": "*.txt"}}
    write = call("write", file_path="a.txt", content="fine\nBAD\n")
    said, _notices = converse(project, write, language_servers=servers)
    assert said[0].endswith("New problems in a.txt after this edit:\nline 2: bad BAD is not liked")
    assert heard.read_text().splitlines()[-2:] == ["shutdown", "exit"]
