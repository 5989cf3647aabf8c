"""What a file has beside its content: it is kept by an edit and by undo, or the edit is refused."""

import os
import stat
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, worked
from tests.unprivileged import bound_by_file_modes

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.files import Write, digest, write_files

# A list of access control as Linux stores it: version 2, then tag, permission, id of each entry.
ENTRIES = ((0x01, 6, -1), (0x02, 4, 4242), (0x04, 4, -1), (0x10, 4, -1), (0x20, 0, -1))
ACCESS = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in ENTRIES)


def edit(path: Path, raw: bytes) -> Refusal | None:
    item = Write(path.parent, path, path.name, raw, digest(path.read_bytes()))
    return write_files([item], path.parent.parent / "state")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "root" / "file"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder that every user may reach and write, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="inhouse-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_owner_and_group_are_kept(file: Path) -> None:
    os.chown(file, 4242, 4243)
    file.chmod(0o640)
    assert edit(file, b"new") is None
    facts = file.stat()
    assert (facts.st_uid, facts.st_gid, stat.S_IMODE(facts.st_mode)) == (4242, 4243, 0o640)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files of others at hand")
def test_a_file_whose_owner_cannot_be_kept_is_refused(everybodys: Path) -> None:
    root = everybodys
    (root / "file").write_bytes(b"old")
    os.chown(root / "file", 4242, 4243)
    (root / "file").chmod(0o666)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(4244)
        os.setuid(4244)
        refused = write_files([Write(root, root / "file", "file", b"new", digest(b"old"))])
        told = refused.text if refused else ""
        os._exit(0 if "belongs to another user or group" in told else 1)
    _child, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert (root / "file").read_bytes() == b"old"
    assert [path.name for path in root.iterdir()] == ["file"]


def test_access_lists_are_kept(file: Path) -> None:
    try:
        os.setxattr(file, "system.posix_acl_access", ACCESS)
    except (OSError, AttributeError):
        pytest.skip("this file system has no lists of access control")
    assert edit(file, b"new") is None
    assert os.getxattr(file, "system.posix_acl_access") == ACCESS


def test_a_folder_that_may_not_be_written_refuses(file: Path) -> None:
    file.parent.chmod(0o555)
    with bound_by_file_modes():
        refused = edit(file, b"new")
    file.parent.chmod(0o755)
    assert refused is not None
    assert "permission denied" in refused.text
    assert file.read_bytes() == b"old"
    assert edit(file, b"new") is None


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o4755, 0o640])
def test_undo_brings_the_mode_back(tmp_path: Path, mode: int) -> None:
    project = Project(tmp_path)
    path = project.write("file", "old", mode)
    project.run(lambda: (path.write_text("new"), path.chmod(0o644)))
    old = os.umask(0o077)
    try:
        assert worked(project.undo())
    finally:
        os.umask(old)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("old", mode)


def test_a_pair_of_hard_links_is_parted_and_undo_gives_the_content_back(tmp_path: Path) -> None:
    project = Project(tmp_path)
    one = project.write("one", "old")
    two = project.root / "two"
    os.link(one, two)
    before = tmp_path / "outside"
    os.link(one, before)
    with project.turn(), project.writing("one"):
        root = project.root.resolve()
        item = Write(root, root / "one", "one", b"new", digest(b"old"))
        assert write_files([item], project.state) is None
    assert (one.read_text(), two.read_text(), before.read_text()) == ("new", "old", "old")
    assert worked(project.undo())
    assert (one.read_text(), two.read_text(), before.read_text()) == ("old", "old", "old")
    assert (one.stat().st_nlink, two.stat().st_nlink) == (1, 2)
