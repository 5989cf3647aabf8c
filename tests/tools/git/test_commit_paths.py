"""A commit of some files leaves everything else of the person's as it is."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tools.git.repositories import (
    done,
    empty_repository,
    git,
    opened,
    refused,
    repository,
)

from inhouse_tools.git import commit_paths as module
from inhouse_tools.git.commit import Committed
from inhouse_tools.git.commit_paths import Unchanged, commit_paths
from inhouse_tools.git.repository import Repository

FILES = ("a", "b", "dir/c", "dir/d")


def status_of(root: Path) -> str:
    return git(root, "status", "--porcelain", "--untracked-files=all")


def committed(root: Path) -> str:
    return git(root, "show", "--format=", "--name-status", "HEAD")


def test_new_changed_and_deleted_files(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", a="1\n", b="2\n", c="3\n", d="4\n", e="5\n")
    (root / "a").write_text("by the turn\n", "utf-8")
    (root / "b").unlink()
    (root / "new").write_text("new\n", "utf-8")
    (root / "new").chmod(0o755)
    (root / "c").write_text("staged by the person\n", "utf-8")
    git(root, "add", "c")
    (root / "d").write_text("unstaged by the person\n", "utf-8")
    (root / "other").write_text("untracked\n", "utf-8")
    git(root, "rm", "--quiet", "--cached", "e")
    before = status_of(root)
    made = done(commit_paths(opened(root), ["a", "b", "new", "a"], "Do it\n\nAssisted-by: x\n"))
    assert isinstance(made, Committed)
    assert made.id == git(root, "rev-parse", "main").strip()
    assert committed(root) == "M\ta\nD\tb\nA\tnew\n"
    assert git(root, "ls-tree", "HEAD", "new").startswith("100755")
    assert git(root, "log", "-1", "--format=%B") == "Do it\n\nAssisted-by: x\n\n"
    assert git(root, "log", "-1", "-g", "--format=%gs") == "inhouse: Do it\n"
    turn = {" M a", " D b", "?? new"}
    kept = [line for line in before.splitlines() if line not in turn]
    assert status_of(root).splitlines() == kept


def test_a_file_that_the_person_had_staged_too(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("staged\n", "utf-8")
    git(root, "add", "a.txt")
    (root / "a.txt").write_text("then changed\n", "utf-8")
    done(commit_paths(opened(root), ["a.txt"], "Change a\n"))
    assert git(root, "show", "HEAD:a.txt") == "then changed\n"
    assert status_of(root) == ""


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    persons=st.lists(st.tuples(st.sampled_from(FILES), st.sampled_from("sud")), max_size=4),
    turns=st.sets(st.sampled_from(FILES), min_size=1),
)
def test_others_stay_whatever_their_state(
    tmp_path_factory: pytest.TempPathFactory,
    persons: list[tuple[str, str]],
    turns: set[str],
) -> None:
    root = repository(tmp_path_factory.mktemp("repo"), **dict.fromkeys(FILES, "first\n"))
    for number, (name, action) in enumerate(persons):
        if action == "d":
            (root / name).unlink(missing_ok=True)
        else:
            (root / name).write_text(f"person {number}\n", "utf-8")
        if action == "s":
            git(root, "add", name)
    before = {line[3:]: line[:2] for line in status_of(root).splitlines()}
    for name in turns:
        (root / name).write_text("turn\n", "utf-8")
    done(commit_paths(opened(root), sorted(turns), "Turn\n"))
    after = {line[3:]: line[:2] for line in status_of(root).splitlines()}
    assert after == {name: state for name, state in before.items() if name not in turns}
    assert set(git(root, "show", "--format=", "--name-only", "HEAD").split()) == turns


def test_before_the_first_commit(tmp_path: Path) -> None:
    root = empty_repository(tmp_path / "repo")
    (root / "a").write_text("1\n", "utf-8")
    (root / "b").write_text("2\n", "utf-8")
    git(root, "add", "b")
    done(commit_paths(opened(root), ["a"], "Begin\n"))
    assert (committed(root), status_of(root)) == ("A\ta\n", "A  b\n")


def test_nothing_to_commit(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".gitignore").write_text("*.log\n", "utf-8")
    git(root, "add", ".gitignore")
    git(root, "commit", "-qm", "Ignore")
    (root / "x.log").write_text("ignored\n", "utf-8")
    repository(root / "nested")
    head = git(root, "rev-parse", "HEAD")
    there = opened(root)
    outside = str(tmp_path / "elsewhere")
    for paths in (["a.txt"], ["x.log"], ["nested/a.txt"], ["gone"], [outside, "../x"], []):
        assert done(commit_paths(there, paths, "Nothing\n")) == Unchanged()
    assert git(root, "rev-parse", "HEAD") == head


def test_a_tracked_file_that_is_ignored_counts(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".gitignore").write_text("a.txt\n", "utf-8")
    (root / "a.txt").write_text("changed\n", "utf-8")
    done(commit_paths(opened(root), ["a.txt"], "Change a\n"))
    assert committed(root) == "M\ta.txt\n"


def test_odd_names(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    names = ["-a", "new\nline", ":(top)x", "*", os.fsdecode(b"\xe9")]
    for name in names:
        (root / name).write_text("x\n", "utf-8")
    done(commit_paths(opened(root), names, "Odd\n"))
    listed = git(root, "show", "--format=", "--name-only", "-z", "HEAD").split("\0")[:-1]
    assert sorted(listed) == sorted(names)


def test_a_detached_head_and_a_linked_worktree(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "worktree", "add", "--quiet", "--detach", "../side")
    side = tmp_path / "side"
    (side / "a.txt").write_text("changed\n", "utf-8")
    made = done(commit_paths(opened(side), ["a.txt"], "Change a\n"))
    assert isinstance(made, Committed)
    assert git(side, "rev-parse", "HEAD").strip() == made.id
    assert git(root, "log", "--format=%s", "main") == "First\n"
    assert (status_of(side), status_of(root)) == ("", "")


def test_not_in_the_middle_of_a_merge(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".git" / "MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"), "utf-8")
    (root / "a.txt").write_text("changed\n", "utf-8")
    assert "A merge is going on" in refused(commit_paths(opened(root), ["a.txt"], "Change a\n"))


def test_another_git_at_work_stops_it_before_anything_happens(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("changed\n", "utf-8")
    lock = root / ".git" / "index.lock"
    lock.touch()
    assert "index.lock" in refused(commit_paths(opened(root), ["a.txt"], "Change a\n"))
    lock.unlink()
    assert git(root, "log", "--format=%s") == "First\n"
    assert status_of(root) == " M a.txt\n"


def test_a_branch_that_moved_meanwhile_stays(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("staged\n", "utf-8")
    git(root, "add", "a.txt")
    (root / "a.txt").write_text("by the turn\n", "utf-8")
    (root / "new").write_text("new\n", "utf-8")
    before = status_of(root)
    ref = root / ".git" / "refs" / "heads" / "main.lock"
    ref.touch()
    assert "was moved meanwhile" in refused(
        commit_paths(opened(root), ["a.txt", "new"], "Change a\n")
    )
    ref.unlink()
    assert status_of(root) == before
    assert git(root, "log", "--format=%s") == "First\n"


def test_no_hook_runs(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    for name in ("pre-commit", "commit-msg", "post-commit"):
        file = root / ".git" / "hooks" / name
        file.write_text("#!/bin/sh\ntouch ran\nexit 1\n", "utf-8")
        file.chmod(0o755)
    (root / "a.txt").write_text("changed\n", "utf-8")
    done(commit_paths(opened(root, trusted=True), ["a.txt"], "Change a\n"))
    assert not (root / "ran").exists()


def test_interrupted_while_the_branch_moves(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("changed\n", "utf-8")
    before = status_of(root)
    slow = root / ".git" / "hooks" / "reference-transaction"
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    slow.write_text(f"#!/bin/sh\necho > {begun}\nsleep 60\n", "utf-8")
    slow.chmod(0o755)
    there = opened(root, trusted=True)

    async def interrupt(repository: Repository) -> None:
        task = asyncio.create_task(module.commit_paths(repository, ["a.txt"], "Change a\n"))
        await asyncio.to_thread(begun.read_text)
        slow.unlink()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupt(there))
    assert status_of(root) == before
    assert git(root, "log", "--format=%s") == "First\n"
