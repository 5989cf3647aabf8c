"""Staged changes: the tree stays as it is until all of them are written, and can be taken back."""

from pathlib import Path

import pytest

from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace
from inhouse_tools.workspace import open_workspace
from inhouse_tools.writing.files import Content, Write, digest, write_files
from inhouse_tools.writing.overlay import Overlay, exists_now, read_now


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "a.txt").write_bytes(b"one")
    opened = open_workspace(tmp_path)
    assert isinstance(opened, Workspace)
    opened.overlay = Overlay()
    return opened


def write(root: Path, name: str, raw: bytes | None, before: bytes | None) -> Write:
    return Write(root, root / name, name, raw, "" if before is None else digest(before))


def text(workspace: Workspace, name: str) -> bytes | str:
    found = read_now(workspace.root / name, name, workspace)
    return found.raw if isinstance(found, Content) else found.text


def test_what_is_staged_is_read_and_the_disk_waits(workspace: Workspace) -> None:
    root, overlay = workspace.root, workspace.overlay
    assert overlay is not None
    assert overlay.stage([write(root, "a.txt", b"two", b"one")]) is None
    assert overlay.stage([write(root, "new/b.txt", b"b", None)]) is None
    assert text(workspace, "a.txt") == b"two"
    assert exists_now(root / "new" / "b.txt", workspace)
    assert (root / "a.txt").read_bytes() == b"one"
    assert not (root / "new").exists()
    assert write_files(overlay.writes()) is None
    assert (root / "a.txt").read_bytes() == b"two"
    assert (root / "new" / "b.txt").read_bytes() == b"b"
    assert write_files(overlay.undoing()) is None
    assert (root / "a.txt").read_bytes() == b"one"
    assert not (root / "new" / "b.txt").exists()


def test_a_deleted_file_is_not_there(workspace: Workspace) -> None:
    overlay = workspace.overlay
    assert overlay is not None
    assert overlay.stage([write(workspace.root, "a.txt", None, b"one")]) is None
    assert not exists_now(workspace.root / "a.txt", workspace)
    assert "deleted" in str(text(workspace, "a.txt"))


def test_all_or_none_is_staged(workspace: Workspace) -> None:
    overlay = workspace.overlay
    assert overlay is not None
    good = write(workspace.root, "b.txt", b"b", None)
    stale = write(workspace.root, "a.txt", b"two", b"another")
    assert isinstance(overlay.stage([good, stale]), Refusal)
    assert overlay.changes == ()


def test_what_comes_back_to_itself_is_no_change(workspace: Workspace) -> None:
    overlay = workspace.overlay
    assert overlay is not None
    root = workspace.root
    overlay.stage([write(root, "a.txt", b"two", b"one")])
    overlay.stage([write(root, "a.txt", b"one", b"two")])
    overlay.stage([write(root, "b.txt", b"b", None)])
    overlay.stage([write(root, "b.txt", None, b"b")])
    assert overlay.changes == ()
    assert overlay.writes() == ()


def test_a_change_of_somebody_else_is_noticed_when_it_is_written(workspace: Workspace) -> None:
    overlay = workspace.overlay
    assert overlay is not None
    overlay.stage([write(workspace.root, "a.txt", b"two", b"one")])
    overlay.stage([write(workspace.root, "b.txt", b"b", None)])
    (workspace.root / "a.txt").write_bytes(b"mine")
    assert isinstance(write_files(overlay.writes()), Refusal)
    assert (workspace.root / "a.txt").read_bytes() == b"mine"
    assert not (workspace.root / "b.txt").exists()
