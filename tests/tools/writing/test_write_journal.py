"""A write of several files is whole or not at all, whatever ends the process."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing import journal
from inhouse_tools.writing.descent import Spot
from inhouse_tools.writing.files import Write, digest, write_files
from inhouse_tools.writing.journal import Record, hold, recover
from inhouse_tools.writing.moves import Move, MoveSet

ROOT = Path(__file__).resolve().parents[3]


def put_in(root: Path, state: Path, **contents: str) -> Refusal | None:
    """Write files whose expected content is what stands there now."""
    writes: list[Write] = []
    for name, text in contents.items():
        path = root / name
        expected = digest(path.read_bytes()) if path.exists() else ""
        writes.append(Write(root, path, name, text.encode(), expected))
    return write_files(writes, state)


def interrupt(root: Path, state: Path, **contents: str) -> Record:
    """What a process leaves that is killed when all is laid ready and nothing is moved yet."""
    moves: list[Move] = []
    for number, (name, text) in enumerate(contents.items()):
        aside = f".inhouse-0-{number}.tmp"
        (root / aside).write_text(text)
        before = (root / name).read_bytes()
        after = digest(text.encode())
        moves.append(Move(Spot(root, (name,)), Spot(root, (aside,)), digest(before), after))
    with hold(state):
        record = Record.new(state)
        record.save(MoveSet(tuple(moves), tuple(move.aside for move in moves)), committed=True)
    return record


def texts_in(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two files."""
    root = tmp_path / "root"
    root.mkdir()
    for name in ("a", "b"):
        (root / name).write_text("old")
    return root


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the records are; not there yet."""
    return tmp_path / "deep" / "state"


def test_a_write_killed_at_any_call_is_whole_or_not_at_all(tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed_writes.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tools")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["writes"] > 50
    assert result["recoveries"] > 100
    ended = result["ended"]
    assert (ended["half"], ended["litter"]) == (0, 0)
    assert ended["old"] > 5
    assert ended["new"] > 5


def test_records_are_for_this_user_alone_and_go_when_all_is_done(root: Path, state: Path) -> None:
    assert put_in(root, state, a="new", b="new", c="new") is None
    assert texts_in(root) == {"a": "new", "b": "new", "c": "new"}
    assert [path.name for path in (state / "writes").iterdir()] == ["lock"]
    for path in (state.parent, state, state / "writes"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "writes" / "lock").stat().st_mode) == 0o600
    assert recover(state) == ()


def test_nothing_to_recover_makes_no_folder(state: Path) -> None:
    assert recover(state) == ()
    assert not state.exists()


def test_an_interrupted_write_is_finished_and_said(root: Path, state: Path) -> None:
    interrupt(root, state, a="new", b="new")
    assert recover(state) == ("A change of a, b was interrupted; it is finished now.",)
    assert texts_in(root) == {"a": "new", "b": "new"}
    assert recover(state) == ()


def test_what_the_person_changed_since_then_is_left_and_said(root: Path, state: Path) -> None:
    interrupt(root, state, a="new", b="new")
    (root / "b").write_text("theirs")
    first, second = recover(state)
    assert first.startswith("A change of a, b")
    assert second == "b was changed by somebody else since then and was left as it is."
    assert texts_in(root) == {"a": "new", "b": "theirs"}


def test_a_write_first_finishes_what_was_interrupted(root: Path, state: Path) -> None:
    interrupt(root, state, a="new")
    refused = put_in(root, state, a="newer", b="newer")
    assert refused is not None
    assert "A change of a was interrupted; it is finished now." in refused.text
    assert texts_in(root) == {"a": "new", "b": "old"}
    assert put_in(root, state, a="newer", b="newer") is None


def test_a_record_that_cannot_be_understood_is_put_aside(root: Path, state: Path) -> None:
    record = interrupt(root, state, a="new")
    newer = record.path.read_text().replace('"version": 1', '"version": 9')
    record.path.write_text(newer)
    (said,) = recover(state)
    assert "version 9" in said
    assert texts_in(root)["a"] == "old"
    assert recover(state) == ()
    assert record.path.with_suffix(".damaged").read_text() == newer


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 1}', '{"version": 1, "litter": [["/", ".."]]}', "\0"]
)
def test_no_record_whatever_it_says_breaks_the_start(root: Path, state: Path, text: str) -> None:
    record = interrupt(root, state, a="new")
    record.path.write_text(text)
    assert len(recover(state)) == 1
    assert texts_in(root)["a"] == "old"


def test_who_cannot_get_the_lock_writes_nothing(
    root: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_SECONDS_TO_WAIT", 0.0)
    with hold(state):
        refused = put_in(root, state, a="new")
        assert len(recover(state)) == 1
    assert refused is not None
    assert "another inhouse is writing" in refused.text
    assert texts_in(root) == {"a": "old", "b": "old"}
    assert put_in(root, state, a="new") is None


def test_what_cannot_be_finished_stays_on_record(
    root: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = interrupt(root, state, a="new", b="new")

    def fail(*_args: object, **_named: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", fail)
        (said,) = recover(state)
    assert "cannot be finished" in said
    assert "read-only file system" in said
    assert str(record.path) in said
    assert recover(state) == ("A change of a, b was interrupted; it is finished now.",)


def test_a_folder_that_cannot_hold_records_refuses_the_write(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = put_in(root, tmp_path / "file" / "state", a="new")
    assert refused is not None
    assert "journal" in refused.text
    assert texts_in(root) == {"a": "old", "b": "old"}
