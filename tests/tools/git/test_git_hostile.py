"""A repository whose configuration names programs in every way git knows: none of them runs."""

import asyncio
import os
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
from tests.tools.git.traps import Trap

from inhouse_tools.git.blame import blame
from inhouse_tools.git.commit import Committed, commit
from inhouse_tools.git.commit_paths import commit_paths
from inhouse_tools.git.diff import diff
from inhouse_tools.git.log import log
from inhouse_tools.git.repository import open_repository
from inhouse_tools.git.status import status
from inhouse_tools.git.worktrees import open_worktree, remove_worktree
from inhouse_tools.refusal import Refusal


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    made = Trap(tmp_path)
    made.arm()
    # Of other size and time, so that git has to look at what is in it.
    (made.root / "a.txt").write_text("changed\n", "utf-8")
    (made.root / "new.txt").write_text("new\n", "utf-8")
    return made


def test_the_trap_works(trap: Trap) -> None:
    git(trap.root, "status", check=False)
    git(trap.root, "diff", check=False)
    git(trap.root, "add", "new.txt", check=False)
    git(trap.root, "update-ref", "refs/heads/other", "HEAD", check=False)
    assert f"{trap.program} " in trap.sprung
    assert "hooks/" in trap.sprung


def test_reading_runs_nothing(trap: Trap) -> None:
    there = opened(trap.root)
    assert there.has_hooks
    assert "evil" in there.filters
    assert [one.path for one in done(status(there)).unstaged] == ["a.txt"]
    assert "+changed" in done(diff(there)).text
    assert done(diff(there, staged=True)).files == ()
    assert "+changed" in done(diff(there, against="HEAD")).text
    assert [one.subject for one in done(log(there, path="a.txt"))] == ["First"]
    assert [one.text for one in done(blame(there, "b.txt"))] == ["two"]
    assert [one.commit for one in done(blame(there, "a.txt"))] == [""]
    assert trap.sprung == ""


def test_committing_runs_nothing(trap: Trap) -> None:
    there = opened(trap.root)
    (trap.root / "plain").write_text("plain\n", "utf-8")
    (trap.root / "other").write_text("other\n", "utf-8")
    made = done(commit_paths(there, ["plain"], "Add plain\n"))
    assert isinstance(made, Committed)
    second = done(commit(there, "Add other\n", ["other"], untracked=["other"]))
    assert [one.id for one in done(log(there, 2))] == [second.id, made.id]
    assert trap.sprung == ""


def test_worktrees_run_nothing(trap: Trap, tmp_path: Path) -> None:
    there = opened(trap.root)
    home = tmp_path / "home"
    made = done(open_worktree(there, home, "try"))
    assert (made.path / "b.txt").read_text("utf-8") == "two\n"
    inside = opened(made.path)
    assert done(status(inside)).clean
    done(remove_worktree(there, home, "try"))
    assert trap.sprung == ""


def test_a_file_that_needs_a_filter_is_not_stored_without_it(trap: Trap) -> None:
    there = opened(trap.root)
    for said in (
        refused(commit_paths(there, ["a.txt"], "Change a\n")),
        refused(commit(there, "Change a\n", ["a.txt"])),
    ):
        assert "a.txt is stored through the filter 'evil'" in said
    assert trap.sprung == ""


def test_the_persons_own_filter_runs_all_the_same(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".gitattributes").write_text("*.up filter=upper\n", "utf-8")
    git(root, "config", "--global", "filter.upper.clean", "tr a-z A-Z")
    git(root, "config", "--global", "filter.upper.smudge", "cat")
    git(root, "config", "filter.upper.clean", "false")
    (root / "x.up").write_text("shout\n", "utf-8")
    there = opened(root)
    assert there.filters == frozenset()
    done(commit_paths(there, ["x.up"], "Add x\n"))
    assert git(root, "show", "HEAD:x.up") == "SHOUT\n"


def test_a_missing_object_is_not_fetched(trap: Trap) -> None:
    blob = git(trap.root, "-c", "core.fsmonitor=false", "rev-parse", "HEAD:b.txt").strip()
    (trap.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (trap.root / "b.txt").write_text("other\n", "utf-8")
    there = opened(trap.root)
    assert "git diff failed" in refused(diff(there))
    assert trap.sprung == ""


def test_a_submodule_brings_its_own_configuration(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    trap.arm()
    outer = empty_repository(tmp_path / "outer")
    trap.root.rename(outer / "inner")
    git(outer, "-c", "core.hooksPath=/dev/null", "add", "inner")
    git(outer, "commit", "--quiet", "--message", "Submodule")
    trap.mark.unlink(missing_ok=True)
    (outer / "inner" / "a.txt").write_text("dirty inside\n", "utf-8")
    there = opened(outer)
    assert done(status(there)).clean
    assert done(diff(there)).text == ""
    assert trap.sprung == ""


def test_a_bare_repository_inside_is_not_entered(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    trap.arm()
    bare = repository(tmp_path / "outer") / "looks" / "harmless"
    bare.mkdir(parents=True)
    for name in ("HEAD", "config", "objects", "refs"):
        (trap.root / ".git" / name).rename(bare / name)
    found = asyncio.run(open_repository(bare))
    assert isinstance(found, Refusal)
    assert "bare" in found.text
    assert trap.sprung == ""


def test_a_git_inside_the_clone_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo")
    mark = tmp_path / "mark"
    for folder in (root, root / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / "git").write_text(f"#!/bin/sh\ntouch {mark}\n", "utf-8")
        (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f".::{root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.chdir(root)
    assert opened(root).executable != str(root / "bin" / "git")
    assert not mark.exists()


def test_files_elsewhere_are_not_taken_for_the_repositorys(tmp_path: Path) -> None:
    root = repository(tmp_path / "home" / "clone")
    git(root, "config", "core.worktree", str(tmp_path / "home"))
    found = asyncio.run(open_repository(root))
    assert isinstance(found, Refusal)
    assert "core.worktree" in found.text


def test_a_history_elsewhere_is_not_taken_for_the_repositorys(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    trap.arm()
    root = repository(tmp_path / "repo")
    (root / ".git" / "commondir").write_text(f"{trap.root}/.git\n", "utf-8")
    for trusted in (True, False):
        found = asyncio.run(open_repository(root, trusted=trusted))
        assert isinstance(found, Refusal)
        assert "commondir" in found.text
    assert trap.sprung == ""


def test_variables_of_a_surrounding_git_do_not_mislead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = repository(tmp_path / "repo"), repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "touch evil")
    there = opened(root)
    assert there.top == root
    (root / "a.txt").write_text("changed\n", "utf-8")
    assert [one.path for one in done(status(there)).unstaged] == ["a.txt"]
    assert not (root / "evil").exists()


def test_a_configuration_that_names_too_much_is_refused(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    lines = "".join(f'[filter "f{number}"]\n\tclean = x\n' for number in range(1_200))
    with (root / ".git" / "config").open("a") as config:
        config.write(lines)
    found = asyncio.run(open_repository(root))
    assert isinstance(found, Refusal)
    assert "1000 programs" in found.text


def test_trust_lets_them_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.write_text('#!/bin/sh\ntest -z "$LC_ALL$GIT_LITERAL_PATHSPECS" && touch ran\n', "utf-8")
    hook.chmod(0o755)
    (root / "a.txt").write_text("changed\n", "utf-8")
    distrusted, trusted = opened(root), opened(root, trusted=True)
    assert (distrusted.has_hooks, trusted.has_hooks) == (True, False)
    done(commit(distrusted, "Change a\n", ["a.txt"]))
    assert not (root / "ran").exists()
    (root / "a.txt").write_text("again\n", "utf-8")
    environment = {name: os.environ.pop(name) for name in ("LC_ALL",) if name in os.environ}
    try:
        done(commit(trusted, "Change a again\n", ["a.txt"]))
    finally:
        os.environ.update(environment)
    assert (root / "ran").exists()
