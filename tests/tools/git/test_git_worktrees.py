"""Worktrees: made, reused, listed, removed."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from tests.tools.git.repositories import (
    done,
    empty_repository,
    git,
    opened,
    refused,
    repository,
)
from tests.tools.helpers_tools import call, workspace_in

from inhouse_tools.git.status import status
from inhouse_tools.git.worktrees import (
    Removed,
    is_name,
    open_worktree,
    remove_worktree,
    worktrees_in,
)
from inhouse_tools.sandbox import probe


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "worktrees"


def test_a_new_one_begins_at_head(tmp_path: Path, home: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("not committed\n", "utf-8")
    there = opened(root)
    made = done(open_worktree(there, home, "try"))
    assert (made.name, made.branch, made.path) == ("try", "inhouse/try", home / "try")
    assert (made.path / "a.txt").read_text("utf-8") == "one\ntwo\nthree\n"
    assert done(status(opened(made.path))).branch == "inhouse/try"
    assert (root / "a.txt").read_text("utf-8") == "not committed\n"
    assert [one.name for one in done(worktrees_in(there, home))] == ["try"]


def test_one_that_exists_is_used_again(tmp_path: Path, home: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    first = done(open_worktree(there, home, "try"))
    (first.path / "kept").write_text("1", "utf-8")
    again = done(open_worktree(there, home, "try"))
    assert again.path == first.path
    assert (again.path / "kept").exists()


def test_its_branch_is_used_again(tmp_path: Path, home: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    first = done(open_worktree(there, home, "try"))
    git(first.path, "commit", "--quiet", "--allow-empty", "--message", "Work")
    shutil.rmtree(first.path)
    assert done(worktrees_in(there, home))[0].missing
    again = done(open_worktree(there, home, "try"))
    assert git(again.path, "log", "-1", "--format=%s") == "Work\n"


def test_what_is_not_committed_is_not_deleted(tmp_path: Path, home: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    made = done(open_worktree(there, home, "try"))
    (made.path / "new").write_text("1", "utf-8")
    said = refused(remove_worktree(there, home, "try"))
    assert "1 change that is not committed" in said
    assert (made.path / "new").exists()
    assert done(remove_worktree(there, home, "try", force=True)) == Removed("try")
    assert not made.path.exists()
    assert "inhouse/try" not in git(there.top, "branch", "--list")


def test_a_branch_with_commits_stays(tmp_path: Path, home: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    made = done(open_worktree(there, home, "try"))
    git(made.path, "commit", "--quiet", "--allow-empty", "--message", "Work")
    assert done(remove_worktree(there, home, "try")) == Removed("try", "inhouse/try")
    assert git(there.top, "log", "-1", "--format=%s", "inhouse/try") == "Work\n"


def test_a_missing_folder_is_forgotten(tmp_path: Path, home: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    shutil.rmtree(done(open_worktree(there, home, "try")).path)
    assert done(remove_worktree(there, home, "try")) == Removed("try")
    assert done(worktrees_in(there, home)) == ()
    assert "no worktree try" in refused(remove_worktree(there, home, "try"))


def test_the_persons_own_worktrees_are_not_ours(tmp_path: Path, home: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "worktree", "add", "--quiet", "-b", "mine", "../mine")
    there = opened(root)
    assert done(worktrees_in(there, home)) == ()
    assert "no worktree mine" in refused(remove_worktree(there, home, "mine", force=True))
    assert (tmp_path / "mine").exists()


def test_without_a_commit_there_is_none(tmp_path: Path, home: Path) -> None:
    there = opened(empty_repository(tmp_path / "repo"))
    assert "no commit yet" in refused(open_worktree(there, home, "try"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-f", "a..b", "x.lock", "a b", "é", "a."])
def test_bad_names(tmp_path: Path, home: Path, name: str) -> None:
    assert not is_name(name)


def test_a_bad_name_is_said(tmp_path: Path, home: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    assert "cannot name a worktree" in refused(open_worktree(there, home, "../up"))
    for name in ("a", "fix-1", "v1.2_x", "a" * 64):
        assert is_name(name)


def test_git_in_it_reads_and_does_not_write_inside_the_sandbox(home: Path) -> None:
    # The sandbox hides /tmp, and with it a repository that lies there.
    root = repository(Path(tempfile.mkdtemp(dir="/var/tmp")) / "repo")
    try:
        made = done(open_worktree(opened(root), home, "try"))
        boundary = asyncio.run(probe(made.path))
        if boundary.kind != "bubblewrap":
            pytest.skip(boundary.label)
        workspace = workspace_in(made.path)
        workspace.sandbox = boundary
        assert not call(workspace, "bash", command="git status && git log -1").failed
        for command in (
            "git commit --allow-empty -m x",
            f"echo x > {root}/.git/hooks/pre-commit",
            f"echo x >> {root}/.git/config",
            "echo gitdir: /tmp > .git",
        ):
            assert call(workspace, "bash", command=command).failed, command
    finally:
        shutil.rmtree(root.parent)
