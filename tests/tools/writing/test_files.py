"""Writing is atomic, keeps what a file has, and refuses what it cannot keep."""

import errno
import itertools
import os
import stat
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing import files
from inhouse_tools.writing.descent import Descent
from inhouse_tools.writing.files import Content, Write, digest, link_digest, read_file, write_files
from inhouse_tools.writing.journal import recover
from inhouse_tools.writing.staging import Planned


def write(path: Path, raw: bytes, expected: str | None = None) -> Refusal | None:
    if expected is None:
        expected = digest(path.read_bytes()) if path.exists() else ""
    return write_files([Write(path.parent, path, path.name, raw, expected)])


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o644, 0o4755, 0o660])
def test_the_mode_is_kept_under_any_umask(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    old = os.umask(0o077)
    try:
        assert write(path, b"new") is None
    finally:
        os.umask(old)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        path = tmp_path / "new" / "file"
        assert write_files([Write(tmp_path, path, "new/file", b"x", "")]) is None
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_attributes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no user attributes")
    assert write(path, b"new") is None
    assert os.getxattr(path, "user.note") == b"kept"


def test_a_hard_link_is_broken_and_the_other_name_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    os.link(tmp_path / "one", tmp_path / "two")
    assert write(tmp_path / "one", b"new") is None
    assert (tmp_path / "two").read_bytes() == b"old"


def test_what_is_not_as_expected_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"theirs")
    refused = write(path, b"ours", digest(b"older"))
    assert refused is not None
    assert "changed on disk" in refused.text
    assert write(path, b"ours", "") is not None
    assert path.read_bytes() == b"theirs"
    assert names_in(tmp_path) == ["file"]


def test_folders_links_pipes_and_read_only_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "file").write_bytes(b"x")
    (tmp_path / "target").write_bytes(b"x")
    (tmp_path / "link").symlink_to("target")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "fixed").write_bytes(b"x")
    (tmp_path / "fixed").chmod(0o444)
    before = names_in(tmp_path)
    for name in ("folder", "link", "pipe", "fixed"):
        path = tmp_path / name
        assert write_files([Write(tmp_path, path, name, b"new", "")]) is not None
    assert names_in(tmp_path) == before
    assert isinstance(read_file(tmp_path / "pipe", "pipe"), Refusal)
    assert isinstance(read_file(tmp_path / "folder", "folder"), Refusal)


@pytest.mark.parametrize("call", ["fsync", "rename", "fchmod"])
def test_a_failing_call_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, call, fail)
    refused = write(path, b"new")
    assert refused is not None
    assert "no space left on device" in refused.text
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]


def test_a_set_is_written_wholly_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a", "b", "c"]
    for name in names[:2]:
        (tmp_path / name).write_bytes(b"old")
    expected = {"a": digest(b"old"), "b": digest(b"old"), "c": ""}
    writes = [Write(tmp_path, tmp_path / name, name, b"new", expected[name]) for name in names]
    real = os.rename
    calls: list[object] = []

    def fail_third(*args: object, **named: object) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise OSError(5, "Input/output error")
        real(*args, **named)  # pyright: ignore[reportArgumentType, reportCallIssue] - passed on as given

    monkeypatch.setattr(files.os, "rename", fail_third)
    assert write_files(writes) is not None
    assert [(tmp_path / name).read_bytes() for name in names[:2]] == [b"old", b"old"]
    assert names_in(tmp_path) == ["a", "b"]
    monkeypatch.undo()
    assert write_files(writes) is None
    assert [(tmp_path / name).read_bytes() for name in names] == [b"new"] * 3


State = dict[str, tuple[str, str]]


def tree_of(folder: Path) -> State:
    """Mode and content, or target, of everything in a folder."""
    found: State = {}
    for path in sorted(folder.rglob("*")):
        mode = stat.filemode(path.lstat().st_mode)
        if path.is_symlink():
            content = f"-> {path.readlink()}"
        else:
            content = "" if path.is_dir() else path.read_text()
        found[path.relative_to(folder).as_posix()] = (mode, content)
    return found


def many_writes(root: Path) -> list[Write]:
    """One write of each kind, on files that are made for it."""
    (root / "sub").mkdir(parents=True)
    for name in ("changed", "sub/gone", "run", "linked"):
        (root / name).write_text("old")
    (root / "link").symlink_to("changed")

    def one(
        name: str,
        raw: bytes | None,
        expected: str,
        mode: int | None = None,
        link: str | None = None,
    ) -> Write:
        return Write(root, root / name, name, raw, expected, mode, link)

    return [
        one("changed", b"new", digest(b"old")),
        one("made/for/it", b"new", ""),
        one("sub/gone", None, digest(b"old")),
        one("run", b"old", digest(b"old"), mode=0o755),
        one("linked", None, digest(b"old"), link="nowhere"),
        one("link", b"new", link_digest("changed"), mode=0o640),
    ]


def test_every_kind_of_write(tmp_path: Path) -> None:
    assert write_files(many_writes(tmp_path)) is None
    assert tree_of(tmp_path) == {
        "changed": ("-rw-r--r--", "new"),
        "link": ("-rw-r-----", "new"),
        "linked": ("lrwxrwxrwx", "-> nowhere"),
        "made": ("drwxr-xr-x", ""),
        "made/for": ("drwxr-xr-x", ""),
        "made/for/it": ("-rw-r--r--", "new"),
        "run": ("-rwxr-xr-x", "old"),
        "sub": ("drwxr-xr-x", ""),
    }


def skip_sync(_file: int) -> None:
    """Syncing takes long, and nothing here loses its power."""


class FailsOnce:
    """A call of the system that fails at one of its times."""

    def __init__(self, call: str, at: int) -> None:
        self.real = getattr(os, call)
        self.left = at

    def __call__(self, *args: object, **named: object) -> object:
        self.left -= 1
        if self.left == 0:
            raise OSError(28, "No space left on device")
        return self.real(*args, **named)


CALLS = (
    *("open", "write", "fsync", "rename", "unlink", "mkdir"),
    *("fchmod", "symlink", "readlink", "stat", "link"),
)


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("call", CALLS)
def test_whatever_fails_once_it_is_all_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, recorded: bool
) -> None:
    for at in itertools.count(1):
        root, state = tmp_path / f"root{at}", tmp_path / f"state{at}"
        writes = many_writes(root)
        before = tree_of(root)
        failing = FailsOnce(call, at)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", skip_sync)
            patched.setattr(os, call, failing)
            refused = write_files(writes, state if recorded else None)
        if recorded:
            recover(state)
        after = tree_of(root)
        litter = [name for name in after if ".inhouse-" in name]
        assert not litter or (call == "unlink" and not recorded), at
        assert (before == after) == (refused is not None), (at, refused)
        if failing.left > 0:
            assert at > 1
            return


def test_a_part_is_taken_back_where_files_cannot_have_two_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = many_writes(tmp_path)
    (tmp_path / "changed").chmod(0o640)
    before = tree_of(tmp_path)

    def refuse(*_args: object, **_named: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", refuse)
        patched.setattr(os, "rename", FailsOnce("rename", len(writes)))
        assert write_files(writes) is not None
        assert tree_of(tmp_path) == before
        assert write_files(writes) is None
    assert (tmp_path / "link").read_text() == "new"
    assert not [name for name in tree_of(tmp_path) if ".inhouse-" in name]


def test_a_file_that_changes_while_others_are_laid_ready_stops_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = many_writes(tmp_path)
    before = tree_of(tmp_path)
    real = files.lay_ready

    def change_meanwhile(planned: Sequence[Planned], descent: Descent) -> None:
        real(planned, descent)
        (tmp_path / "run").write_text("theirs")

    monkeypatch.setattr(files, "lay_ready", change_meanwhile)
    refused = write_files(writes)
    assert refused is not None
    assert "run was changed on disk in the meantime" in refused.text
    assert tree_of(tmp_path) == {**before, "run": ("-rw-r--r--", "theirs")}


def test_files_and_folders_take_the_place_of_each_other(tmp_path: Path) -> None:
    file_of, folder_of = {"a": "x", "b/c": "y"}, {"a/c": "x", "b": "y"}

    def change(old: dict[str, str], new: dict[str, str]) -> Refusal | None:
        gone = [
            Write(tmp_path, tmp_path / name, name, None, digest(text.encode()))
            for name, text in old.items()
        ]
        made = [
            Write(tmp_path, tmp_path / name, name, text.encode(), "") for name, text in new.items()
        ]
        return write_files([*made, *gone])

    for old, new in (({}, file_of), (file_of, folder_of), (folder_of, file_of)):
        assert change(old, new) is None
        found = {name: text for name, (_mode, text) in tree_of(tmp_path).items() if text}
        assert found == new
    (tmp_path / "b" / "other").write_text("theirs")
    refused = change(file_of, folder_of)
    assert refused is not None
    assert "b is a folder" in refused.text


def test_a_read_only_file_is_replaced_only_with_a_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o444)
    assert write(path, b"new") is not None
    item = Write(tmp_path, path, "file", b"new", digest(b"old"), mode=0o400)
    assert write_files([item]) is None
    assert tree_of(tmp_path) == {"file": ("-r--------", "new")}
    assert write_files([Write(tmp_path, path, "file", None, digest(b"new"))]) is None
    assert tree_of(tmp_path) == {}


def test_a_path_is_written_once(tmp_path: Path) -> None:
    item = Write(tmp_path, tmp_path / "file", "file", b"new", "")
    with pytest.raises(ValueError, match="twice"):
        write_files([item, item])


def test_a_folder_that_became_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(b"old")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "sub").symlink_to(tmp_path / "outside")
    target = tmp_path / "root" / "sub" / "file"
    item = Write(tmp_path / "root", target, "sub/file", b"new", digest(b"old"))
    assert write_files([item]) is not None
    assert names_in(tmp_path / "outside") == ["file"]
    assert target.read_bytes() == b"old"


def test_a_folder_swapped_for_a_link_meanwhile_never_leads_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "sub", outside):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"old")
    stop = threading.Event()

    def flip() -> None:
        while not stop.wait(0.001):
            (root / "sub").rename(root / "aside")
            (root / "sub").symlink_to(outside)
            (root / "sub").unlink()
            (root / "aside").rename(root / "sub")

    flipping = threading.Thread(target=flip)
    flipping.start()
    landed = 0
    try:
        for number in range(500):
            before, after = (b"old", b"new") if landed % 2 == 0 else (b"new", b"old")
            item = Write(root, root / "sub" / "file", "sub/file", after, digest(before))
            landed += write_files([item]) is None
            assert (outside / "file").read_bytes() == b"old", number
    finally:
        stop.set()
        flipping.join()
    assert names_in(outside) == ["file"]
    assert landed > 0


def test_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as stream:
        stream.truncate(3_000_000_000)
    refused = read_file(path, "sparse")
    assert isinstance(refused, Refusal)
    assert "larger than 10 MB" in refused.text
    path.write_bytes(b"small")
    assert read_file(path, "sparse") == Content(b"small", digest(b"small"))
