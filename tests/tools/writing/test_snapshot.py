"""The files that a model has seen can be put back."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.files import digest
from inhouse_tools.writing.snapshot import put_back, take_snapshot

FILES = {"a.py": "x = 1\n", "folder/b.py": "y = 1\n", "c.txt": "c\n"}


def contents(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_contents_and_modes_come_back_and_new_files_go(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    (tmp_path / "folder/b.py").chmod(0o755)
    (tmp_path / "crlf.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    call(workspace, "read", file_path="crlf.txt")
    before, seen = contents(tmp_path), dict(workspace.seen)
    snapshot = take_snapshot(workspace)
    assert set(snapshot) == {*FILES, "crlf.txt"}
    for path in ("a.py", "folder/b.py", "crlf.txt", "new/made.py"):
        assert not call(workspace, "write", file_path=path, content="z = 2\n").failed
    changed = put_back(workspace, snapshot)
    assert changed == ("a.py", "folder/b.py", "crlf.txt", "new/made.py")
    assert contents(tmp_path) == before
    assert (tmp_path / "crlf.txt").read_bytes() == b"\xef\xbb\xbfone\r\ntwo"
    assert (tmp_path / "folder/b.py").stat().st_mode & 0o777 == 0o755
    assert workspace.seen == seen
    assert put_back(workspace, snapshot) == ()
    # What was put back may be changed at once, without reading it again.
    assert not call(workspace, "write", file_path="a.py", content="z = 3\n").failed
    assert not call(workspace, "write", file_path="new/made.py", content="z = 3\n").failed


def test_files_that_were_only_read_since_then_stay(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": "x = 1\n"})
    (tmp_path / "old.py").write_text("precious = 1\n")
    snapshot = take_snapshot(workspace)
    call(workspace, "read", file_path="old.py")
    call(workspace, "write", file_path="a.py", content="x = 2\n")
    assert put_back(workspace, snapshot) == ("a.py",)
    assert contents(tmp_path) == {"a.py": "x = 1\n", "old.py": "precious = 1\n"}
    assert workspace.seen["old.py"] == digest(b"precious = 1\n")


def test_files_made_before_the_snapshot_stay(tmp_path: Path) -> None:
    workspace = project(tmp_path, {})
    call(workspace, "write", file_path="made.py", content="x = 1\n")
    snapshot = take_snapshot(workspace)
    call(workspace, "write", file_path="made.py", content="x = 2\n")
    assert put_back(workspace, snapshot) == ("made.py",)
    assert contents(tmp_path) == {"made.py": "x = 1\n"}


def test_a_removed_file_comes_back(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    snapshot = take_snapshot(workspace)
    (tmp_path / "folder/b.py").unlink()
    (tmp_path / "folder").rmdir()
    assert put_back(workspace, snapshot) == ("folder/b.py",)
    assert contents(tmp_path) == FILES


@pytest.mark.parametrize("foreign", ["a.py", "c.txt", "made.py"])
def test_what_somebody_else_changed_is_left_alone(tmp_path: Path, foreign: str) -> None:
    workspace = project(tmp_path, FILES)
    snapshot = take_snapshot(workspace)
    for path in ("a.py", "folder/b.py", "made.py"):
        call(workspace, "write", file_path=path, content="z = 2\n")
    (tmp_path / foreign).write_text("by hand\n")
    before, seen = contents(tmp_path), dict(workspace.seen)
    answer = put_back(workspace, snapshot)
    assert isinstance(answer, Refusal)
    assert answer.text == f"{foreign} was changed by somebody else in the meantime."
    assert contents(tmp_path) == before
    assert workspace.seen == seen


def test_a_file_that_cannot_be_written_stops_everything(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    snapshot = take_snapshot(workspace)
    for path in ("a.py", "folder/b.py", "made.py"):
        call(workspace, "write", file_path=path, content="z = 2\n")
    (tmp_path / "folder/b.py").chmod(0o444)
    before, seen = contents(tmp_path), dict(workspace.seen)
    answer = put_back(workspace, snapshot)
    assert isinstance(answer, Refusal)
    assert answer.text.startswith("folder/b.py is read-only.")
    assert contents(tmp_path) == before
    assert workspace.seen == seen


def test_a_folder_that_became_protected_stops_everything(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    snapshot = take_snapshot(workspace)
    call(workspace, "write", file_path="folder/b.py", content="z = 2\n")
    (tmp_path / ".git").symlink_to(tmp_path / "folder")
    answer = put_back(workspace, snapshot)
    assert isinstance(answer, Refusal)
    assert "folder/b.py" in answer.text
    assert (tmp_path / "folder/b.py").read_text() == "z = 2\n"
