"""Small files of our own: replaced whole, for their owner alone, by one process at a time."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from inhouse_tools.writing import small_file
from inhouse_tools.writing.small_file import hold_file, make_folder, make_private, replace_text

ROOT = Path(__file__).resolve().parents[3]
COUNTING = """
import sys
from pathlib import Path
from inhouse_tools.writing.small_file import hold_file
file = Path(sys.argv[1])
for _ in range(200):
    with hold_file(file) as held:
        held.replace(str(int(file.read_text()) + 1).encode())
"""
NAIVE = COUNTING.replace("with hold_file(file) as held", "if True").replace(
    "held.replace(str(int(file.read_text()) + 1).encode())",
    "file.write_text(str(int(file.read_text() or 0) + 1))",
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_what_is_new_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    file = tmp_path / "made" / "for" / "file"
    old = os.umask(umask)
    try:
        replace_text(file, "text")
    finally:
        os.umask(old)
    assert file.read_text() == "text"
    assert mode_of(file) == 0o600
    assert {mode_of(folder) for folder in (file.parent, file.parent.parent)} == {0o700}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755])
def test_a_mode_that_was_chosen_stays(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(mode)
    replace_text(file, "new")
    assert (file.read_text(), mode_of(file)) == ("new", mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_stays(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    os.chown(file, 4242, 4243)
    replace_text(file, "new")
    assert (file.stat().st_uid, file.stat().st_gid) == (4242, 4243)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "dotfiles" / "config", tmp_path / "config"
    link.symlink_to(target)
    replace_text(link, "one")
    replace_text(link, "two")
    assert link.is_symlink()
    assert target.read_text() == "two"
    assert names_in(target.parent) == ["config"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="Not a regular file"):
            replace_text(tmp_path / name, "text")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="Not a regular file"):
        replace_text(tmp_path / "loop", "text")
    assert names_in(tmp_path) == ["folder", "loop", "pipe"]


def test_what_killed_writers_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    replace_text(file, "one")
    for name in (".file.0011aabb.new", ".other.0011aabb.new", ".file.bak", "file.new"):
        (tmp_path / name).write_text("left")
    replace_text(file, "two")
    assert names_in(tmp_path) == [".file.bak", ".other.0011aabb.new", "file", "file.new"]


def test_two_writers_lose_no_change_and_naive_ones_do(tmp_path: Path) -> None:
    def count(program: str) -> int:
        file = tmp_path / "count"
        file.write_text("0")
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
        command = [sys.executable, "-c", program, str(file)]
        both = [subprocess.Popen(command, env=environment) for _ in range(2)]
        assert {one.wait() for one in both} <= {0, 1}
        return int(file.read_text() or 0)

    assert count(COUNTING) == 400
    assert any(count(NAIVE) != 400 for _ in range(20))
    assert names_in(tmp_path) == ["count"]


def test_who_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_file, "MOST_SECONDS_TO_WAIT", 0.03)
    with (
        hold_file(tmp_path / "file"),
        pytest.raises(TimeoutError, match="another inhouse is writing"),
    ):
        replace_text(tmp_path / "file", "text")
    replace_text(tmp_path / "file", "text")


def test_where_nothing_can_be_locked_it_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_file: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", fail)
    (tmp_path / ".file.0011aabb.new").write_text("perhaps somebody writes it")
    with hold_file(tmp_path / "file") as held:
        assert not held.locked
        held.replace(b"text")
    assert names_in(tmp_path) == [".file.0011aabb.new", "file"]


def test_damaged_ones_are_kept_aside_and_none_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "list"
    for number in range(3):
        file.write_text(f"damaged {number}")
        with hold_file(file) as held:
            aside = held.put_aside()
            assert file.read_text() == f"damaged {number}", "it stands until it is replaced"
            held.replace(b"new")
        assert aside.read_text() == f"damaged {number}"
    assert names_in(tmp_path) == ["list", "list.bad", "list.bad-2", "list.bad-3"]


def test_folders_of_ours_are_closed_to_others(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        folder.chmod(0o755)
    make_private(ours)
    make_folder(theirs)
    assert (mode_of(ours), mode_of(theirs)) == (0o700, 0o755)
