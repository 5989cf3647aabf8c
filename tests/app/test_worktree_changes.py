"""Everything that differs from the last commit, as one diff."""

import asyncio
import os
from pathlib import Path

from tests.tools.git.repositories import empty_repository, git, repository

from inhouse.diff.parse import changed_files
from inhouse.live.worktree_changes import MOST_NEW_BYTES, WorkTreeChanges, worktree_changes


def look(folder: Path) -> WorkTreeChanges:
    return asyncio.run(worktree_changes(folder))


def test_changed_staged_new_and_deleted_files(tmp_path: Path) -> None:
    repository(tmp_path, **{"a.txt": "one\ntwo\n", "b.txt": "bee\n", "c.txt": "sea\n"})
    (tmp_path / "a.txt").write_text("one\n2\n")
    (tmp_path / "b.txt").write_text("B\n")
    git(tmp_path, "add", "b.txt")
    (tmp_path / "c.txt").unlink()
    (tmp_path / "new folder").mkdir()
    (tmp_path / "new folder" / "ä.txt").write_text("new\n")
    changes = look(tmp_path)
    files = changed_files(changes.text)
    assert [(file.path, file.kind, file.added, file.removed) for file in files] == [
        ("a.txt", "changed", 1, 1),
        ("b.txt", "changed", 1, 1),
        ("c.txt", "deleted", 0, 1),
        ("new folder/ä.txt", "added", 1, 0),
    ]
    assert changes.against == "the last commit on main"
    assert changes.note == ""


def test_nothing_differs(tmp_path: Path) -> None:
    assert look(repository(tmp_path)) == WorkTreeChanges(against="the last commit on main")


def test_without_git_the_note_says_why(tmp_path: Path) -> None:
    changes = look(tmp_path)
    assert changes.text == ""
    assert changes.note == f"{tmp_path} is in no git repository. Make one with: git init"


def test_before_the_first_commit(tmp_path: Path) -> None:
    empty_repository(tmp_path)
    (tmp_path / "a.txt").write_text("one\n")
    (tmp_path / "b.txt").write_text("two\n")
    git(tmp_path, "add", "a.txt")
    assert [file.path for file in changed_files(look(tmp_path).text)] == ["a.txt", "b.txt"]


def test_new_files_that_are_no_small_text(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "d.bin").write_bytes(b"\0\1\2")
    (tmp_path / "e.txt").write_text("")
    (tmp_path / "f.txt").write_text("x" * (MOST_NEW_BYTES + 1))
    (tmp_path / "g.txt").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "h.txt")
    repository(tmp_path / "inner")
    files = changed_files(look(tmp_path).text)
    assert [(file.path, file.kind, file.binary, len(file.hunks)) for file in files] == [
        ("d.bin", "added", True, 0),
        ("e.txt", "added", False, 0),
        ("f.txt", "added", False, 0),
        ("g.txt", "added", False, 0),
    ]


def test_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    repository(tmp_path)
    git(tmp_path, "config", "diff.external", f"touch {tmp_path}/run")
    git(tmp_path, "config", "core.fsmonitor", f"touch {tmp_path}/run")
    (tmp_path / "a.txt").write_text("other\n")
    assert "other" in look(tmp_path).text
    assert not (tmp_path / "run").exists()
