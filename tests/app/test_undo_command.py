"""`inhouse undo` as a person uses it."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.app.conftest import Run

from inhouse import cli
from inhouse.build import Built, Wish, build
from inhouse.settings import Settings
from inhouse_agent.kit import deny_asks
from inhouse_agent.loop import run_turn
from inhouse_agent.undo import store_of
from inhouse_models.chat import ModelClient
from inhouse_models.scripted import Answer, ScriptedModel, call, say
from inhouse_models.transfer import ignore_progress
from inhouse_tools.undo import Recorder


def turn(folder: Path, prompt: str, name: str, text: str) -> None:
    """A recorded turn that wrote one file."""
    recorder = Recorder(store_of(folder))
    recorder.begin(prompt)
    recorder.open([folder.resolve() / name])
    (folder / name).write_text(text, encoding="utf-8")
    recorder.close()
    recorder.end()


class Ran(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Undo = Callable[..., Ran]


@pytest.fixture
def undo(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Undo:
    """`inhouse undo` in the folder, without a process of its own."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["inhouse", "undo", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.run()
        said = capsys.readouterr()
        return Ran(int(str(ended.value.code)), said.out, said.err)

    return run


def test_undo_and_redo(undo: Undo, folder: Path) -> None:
    (folder / "a.txt").write_text("one\n")
    turn(folder, "Make it two\x1b[2J\nplease", "a.txt", "two\n")
    turn(folder, "Add b", "b.txt", "b\n")
    shown = undo("--list").stdout.splitlines()
    assert shown[0][8:] == "  Add b (just now, 0.0 MB)"
    assert shown[1] == "    created b.txt +1 -0"
    assert shown[2][8:] == "  Make it two\\x1b[2J (just now, 0.0 MB)"
    assert shown[3] == "    changed a.txt +1 -1"
    done = undo()
    assert done.returncode == 0, done.stderr
    identifier = shown[0][:8]
    assert done.stdout.splitlines() == [
        f"took back {identifier} (just now): Add b",
        "  removed b.txt",
        "Changed your mind? inhouse undo --redo",
    ]
    assert not (folder / "b.txt").exists()
    assert "taken back" in undo("--list").stdout
    assert undo("--redo").stdout.splitlines()[1] == "  restored b.txt"
    assert undo(shown[2][:5]).returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt"]
    assert (folder / "a.txt").read_text() == "one\n"
    nothing = undo()
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr == "inhouse: There is no turn that could be taken back.\n"


def test_a_conflict_is_named_and_nothing_touched(undo: Undo, folder: Path) -> None:
    turn(folder, "Write", "a.txt", "turn\n")
    (folder / "a.txt").write_text("mine\n")
    done = undo("--json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["turns"] == []
    assert "a.txt (changed since then)" in answer["refused"]
    assert (folder / "a.txt").read_text() == "mine\n"
    forced = json.loads(undo("--force", "--json").stdout)
    assert forced["refused"] is None
    assert [one["removed"] for one in forced["turns"]] == [["a.txt"]]
    listed = json.loads(undo("--list", "--json").stdout)
    assert listed["turns"][0]["state"] == "undone"
    assert undo("--redo").returncode == 0
    assert (folder / "a.txt").read_text() == "mine\n"


def test_where_nothing_was_recorded(undo: Undo) -> None:
    assert undo("--list").stdout == "No turn has changed anything here yet.\n"
    assert undo().stderr == "inhouse: No turn was recorded here yet.\n"
    assert undo("0").returncode == 2
    assert undo("-C", "missing").returncode == 2


def built(folder: Path, settings: Settings, *answers: Answer) -> Built:
    async def connect(settings: Settings, progress: object) -> ModelClient:
        return ScriptedModel(answers)

    wish = Wish(folder, settings, "yolo")
    made = asyncio.run(build(wish, lambda _event: None, ignore_progress, deny_asks, connect))
    assert isinstance(made, Built)
    return made


def test_a_session_records_its_turns(inhouse: Run, folder: Path) -> None:
    (folder / "keep").mkdir()
    (folder / "keep/a.txt").write_text("a\n")
    model = (call("bash", command="rm -rf keep"), say("Gone."))
    session = built(folder, Settings(sandbox="off"), *model)
    asyncio.run(run_turn(session.kit, session.history, "Delete it."))
    session.session.close()
    assert not (folder / "keep").exists()
    assert inhouse("undo").returncode == 0
    assert (folder / "keep/a.txt").read_text() == "a\n"


def test_undo_can_be_switched_off(folder: Path) -> None:
    session = built(folder, Settings(sandbox="off", undo_disk=0))
    session.session.close()
    assert session.kit.workspace.undo is None
