"""Status of repositories in every state that a person leaves them in."""

import os
from pathlib import Path

import pytest
from tests.tools.git.repositories import (
    done,
    empty_repository,
    git,
    opened,
    refusal,
    repository,
)

from inhouse_tools.git.status import Changed, Status, status


def now(folder: Path, *, every_file: bool = False) -> Status:
    return done(status(opened(folder), every_file=every_file))


def test_a_clean_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    head = git(root, "rev-parse", "HEAD").strip()
    assert now(root) == Status(branch="main", head=head)
    assert now(root).clean


def test_every_kind_of_change(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", a="1\n", b="2\n", c="3\n" * 20, d="4\n", e="5\n")
    (root / "a").write_text("changed\n", "utf-8")
    git(root, "add", "a")
    (root / "a").write_text("changed again\n", "utf-8")
    git(root, "rm", "--quiet", "b")
    git(root, "mv", "c", "moved")
    (root / "d").unlink()
    (root / "e").unlink()
    (root / "e").symlink_to("a")
    (root / "folder").mkdir()
    (root / "folder" / "one").write_text("1", "utf-8")
    (root / "folder" / "two").write_text("2", "utf-8")
    found = now(root)
    assert found.staged == (
        Changed("a", "modified"),
        Changed("b", "deleted"),
        Changed("moved", "renamed", "c"),
    )
    assert found.unstaged == (
        Changed("a", "modified"),
        Changed("d", "deleted"),
        Changed("e", "type changed"),
    )
    assert found.untracked == ("folder/",)
    assert now(root, every_file=True).untracked == ("folder/one", "folder/two")
    assert not found.clean


def test_before_the_first_commit(tmp_path: Path) -> None:
    root = empty_repository(tmp_path / "repo")
    (root / "a").write_text("1", "utf-8")
    git(root, "add", "a")
    assert now(root) == Status(branch="main", staged=(Changed("a", "added"),))


def test_a_detached_head(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "checkout", "--quiet", "--detach")
    found = now(root)
    assert (found.branch, len(found.head)) == ("", 40)


def test_ahead_and_behind(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    git(tmp_path, "clone", "--quiet", str(origin), "clone")
    root = tmp_path / "clone"
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "Theirs")
    git(root, "fetch", "--quiet")
    for number in range(2):
        git(root, "commit", "--quiet", "--allow-empty", "--message", f"Mine {number}")
    found = now(root)
    assert (found.upstream, found.ahead, found.behind) == ("origin/main", 2, 1)


def test_a_conflict_in_a_merge_and_in_a_rebase(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "checkout", "--quiet", "-b", "other")
    (root / "a.txt").write_text("theirs\n", "utf-8")
    git(root, "commit", "--quiet", "--all", "--message", "Theirs")
    git(root, "checkout", "--quiet", "main")
    (root / "a.txt").write_text("ours\n", "utf-8")
    git(root, "commit", "--quiet", "--all", "--message", "Ours")
    git(root, "merge", "--quiet", "other", check=False)
    found = now(root)
    assert (found.operation, found.conflicted) == ("merge", ("a.txt",))
    git(root, "merge", "--abort")
    git(root, "rebase", "--quiet", "other", check=False)
    found = now(root)
    assert (found.operation, found.conflicted, found.branch) == ("rebase", ("a.txt",), "")


@pytest.mark.parametrize(
    ("begin", "operation"),
    [("cherry-pick", "cherry-pick"), ("revert", "revert"), ("bisect", "bisect")],
)
def test_what_is_going_on_is_said(tmp_path: Path, begin: str, operation: str) -> None:
    root = repository(tmp_path / "repo")
    for text in ("two\n", "three\n"):
        (root / "a.txt").write_text(text, "utf-8")
        git(root, "commit", "--quiet", "--all", "--message", text)
    if begin == "bisect":
        git(root, "bisect", "start", "HEAD", "HEAD~2")
    else:
        git(root, begin, "HEAD~1", check=False)
    assert now(root).operation == operation


def test_odd_names(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    names = ["-rf", " lead", "new\nline", 'quo"te', "tab\t", ":(top)x", os.fsdecode(b"latin-\xe9")]
    for name in names:
        (root / name).write_text("x", "utf-8")
    assert sorted(now(root).untracked) == sorted(names)
    git(root, "add", "--all")
    assert sorted(one.path for one in now(root).staged) == sorted(names)


def test_from_a_folder_inside(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", **{"src/a": "1\n", "b": "2\n"})
    (root / "src" / "a").write_text("changed\n", "utf-8")
    inside = opened(root / "src")
    assert (inside.top, inside.prefix) == (root, "src")
    assert [one.path for one in done(status(inside)).unstaged] == ["src/a"]


def test_a_linked_worktree(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "worktree", "add", "--quiet", "-b", "side", "../side")
    there = opened(tmp_path / "side")
    assert there.top == tmp_path / "side"
    assert there.common == root / ".git"
    assert there.folder == root / ".git" / "worktrees" / "side"
    assert done(status(there)).branch == "side"


def test_a_repository_inside_is_one_entry(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    repository(root / "nested")
    assert now(root).untracked == ("nested/",)
    assert now(root, every_file=True).untracked == ("nested/",)
    assert opened(root / "nested").top == root / "nested"


def test_a_submodule_with_another_commit(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(
        root,
        *("-c", "protocol.file.allow=always", "submodule", "--quiet", "add"),
        str(repository(tmp_path / "lib")),
        "lib",
    )
    git(root, "commit", "--quiet", "--message", "Library")
    assert now(root).clean
    (root / "lib" / "a.txt").write_text("dirty\n", "utf-8")
    assert now(root).clean
    git(root / "lib", "commit", "--quiet", "--all", "--message", "Newer")
    assert now(root).unstaged == (Changed("lib", "modified", submodule=True),)
    assert opened(root / "lib").top == root / "lib"


def test_what_is_no_repository_with_files(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    assert refusal(plain) == f"{plain} is in no git repository. Make one with: git init"
    assert "is there" not in refusal(tmp_path / "missing")
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    assert "bare" in refusal(tmp_path / "bare.git")
    root = repository(tmp_path / "repo")
    assert "bare" in refusal(root / ".git")


def test_a_damaged_configuration_is_said(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".git" / "config").write_text("[core\n", "utf-8")
    assert "bad config line 1" in refusal(root)


def test_reading_leaves_the_index_alone(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    index = root / ".git" / "index"
    os.utime(root / "a.txt", (1_600_000_000, 1_600_000_000))
    (root / ".git" / "index.lock").touch()
    before = index.read_bytes()
    assert now(root).clean
    assert index.read_bytes() == before
