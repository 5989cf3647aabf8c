"""Killed at any moment: the turn is still recorded, and an undo happens wholly."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, refused, tree_hash, worked

from inhouse_tools.undo import History

ROOT = Path(__file__).resolve().parents[3]
TURN = """
import sys, time
from pathlib import Path
from inhouse_tools.undo import Recorder, Store
root, state = Path(sys.argv[1]), Path(sys.argv[2])
recorder = Recorder(Store(root, state))
recorder.begin("Go wild.")
recorder.open()
(root / "a.txt").write_text("half a comm")
(root / "b.txt").unlink()
(root / "new").mkdir()
print("ready", flush=True)
time.sleep(60)
"""
MOVING_CALLS = ("rename", "symlink", "unlink", "rmdir", "mkdir")


def undo_until_killed(project: Project, last: int) -> bool:
    """Undo in a child that is killed before its call number `last` that moves something; whether
    it was."""
    child = os.fork()
    if child == 0:
        _count_down(last)
        outcome = project.undo()
        os._exit(1 if outcome.refusal else 0)
    _child, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _count_down(last: int) -> None:
    """Replaces the system calls of this process by ones that kill it, sooner or later."""
    calls = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    for name in MOVING_CALLS:
        setattr(os, name, counted(getattr(os, name)))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    for name in ("a.txt", "b.txt", "keep/c.txt"):
        project.write(name, name)
    return project


def test_a_killed_turn_is_recorded_at_the_next_start(project: Project) -> None:
    before = tree_hash(project.root)
    command = [sys.executable, "-c", TURN, str(project.root), str(project.state)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert "A turn is running in this folder: 'Go wild.'" in refused(project.undo())
        process.send_signal(signal.SIGKILL)
    project.recorder.begin("Next.")
    (summary,) = project.summaries().turns
    assert summary.turn.interrupted
    assert [file.name for file in summary.files] == ["a.txt", "b.txt", "new"]
    (moved,) = project.undo().moved
    assert moved.notes[0].startswith("This turn was killed: what changed before ")
    assert tree_hash(project.root) == before


def test_undo_itself_finds_a_killed_turn(project: Project) -> None:
    before = tree_hash(project.root)
    project.recorder.begin("Die.")
    project.recorder.open()
    (project.root / "a.txt").unlink()
    project.die()
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_a_turn_killed_between_its_steps_keeps_what_is_recorded(project: Project) -> None:
    project.recorder.begin("Die later.")
    project.recorder.open()
    (project.root / "a.txt").unlink()
    project.recorder.close()
    project.die()
    project.write("b.txt", "mine")
    assert worked(project.undo())
    assert (project.root / "a.txt").read_text() == "a.txt"
    assert (project.root / "b.txt").read_text() == "mine"


def test_an_undo_killed_anywhere_is_finished_by_the_next_one(project: Project) -> None:
    """Killed before each system call that moves something, in turn, until it survives."""

    def change() -> None:
        project.write("a.txt", "changed")
        (project.root / "b.txt").unlink()
        project.write("made/d.txt", "new")
        (project.root / "keep/c.txt").unlink()
        (project.root / "keep").rmdir()
        (project.root / "keep").symlink_to("made")

    before = tree_hash(project.root)
    project.run(change)
    after = tree_hash(project.root)
    found: list[str] = []
    last = 1
    while undo_until_killed(project, last):
        said = History(project.store).recover()
        found.append(tree_hash(project.root))
        assert found[-1] in {before, after}, (last, said)
        if found[-1] == before:
            assert worked(project.redo())
            assert tree_hash(project.root) == after
        last += 1
    assert found.count(before) > 5
    assert found == sorted(found, key=before.__eq__), "once begun it always happens"
    assert tree_hash(project.root) == before
    assert sorted(path.name for path in project.root.iterdir()) == ["a.txt", "b.txt", "keep"]


def test_what_a_person_changes_after_a_killed_undo_stays(project: Project) -> None:
    project.run(lambda: (project.write("a.txt", "turn"), project.write("b.txt", "turn")))
    last = 1
    while project.summaries().turns[0].turn.state == "done":
        assert undo_until_killed(project, last)
        last += 1
    project.write("a.txt", "mine")
    said = History(project.store).recover()
    assert "a.txt stays as it is: changed since then." in said
    assert (project.root / "a.txt").read_text() == "mine"
    assert (project.root / "b.txt").read_text() == "b.txt"


def test_two_at_once_are_told_apart(project: Project) -> None:
    other = Project(project.root.parent)
    with project.turn("first"), project.writing("a.txt"):
        project.write("a.txt", "first")
        with other.turn("second"), other.writing("b.txt"):
            other.write("b.txt", "second")
    first, second = reversed(project.summaries().turns)
    assert [file.name for file in first.files] == ["a.txt"]
    assert [file.name for file in second.files] == ["b.txt"]
    assert worked(project.undo(2))
    assert (project.root / "a.txt").read_text() == "a.txt"
