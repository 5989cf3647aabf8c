"""`--worktree NAME` and `inhouse worktrees`."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.e2e.scripted_server import Script, call, say, serving
from tests.tools.git.repositories import IDENTITY, git, repository

from inhouse.trust import is_trusted, trust
from inhouse.worktrees import Opened, drop_worktree, enter_worktree, list_worktrees
from inhouse_agent.folders import folder_of_root, state_folder
from inhouse_tools.git.worktrees import Removed
from inhouse_tools.refusal import Refusal

WRITE = '{"file_path": "made.txt", "content": "made\\n"}'


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def root(folder: Path) -> Path:
    return repository(folder)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    with serving([call("write", WRITE), say("Written.")]) as found:
        monkeypatch.setenv("INHOUSE_ENDPOINT", found.url)
        monkeypatch.setenv("INHOUSE_SANDBOX", "off")
        yield found


def place(root: Path, name: str) -> Path:
    return folder_of_root(state_folder(), root) / "worktrees" / name


def test_a_session_works_in_a_worktree(inhouse: Run, root: Path, script: Script) -> None:
    done = inhouse("--worktree", "try", "-p", "write it", env={"INHOUSE_COMMIT_TURNS": "true"})
    assert done.returncode == 0, done.stderr
    tree = place(root, "try")
    assert (tree / "made.txt").read_text("utf-8") == "made\n"
    assert f"Working in the worktree try: {tree}, branch inhouse/try." in done.stderr
    assert f"inhouse commit -C {tree} --all, then git merge inhouse/try." in done.stderr
    assert "inhouse worktrees rm try" in done.stderr
    for folder in (tree.parent, tree.parent.parent):
        assert folder.stat().st_mode & 0o077 == 0
    assert "Committed " in done.stderr
    assert git(root, "log", "-1", "--format=%B", "inhouse/try") == (
        "write it\n\nAssisted-by: inhouse\n\n"
    )
    assert git(root, "log", "--format=%s") == "First\n"
    assert git(root, "status", "--porcelain") == ""
    git(root, "merge", "--quiet", "inhouse/try")
    assert inhouse("worktrees", "rm", "try").stdout == "deleted try\n"
    assert git(root, "branch", "--list") == "* main\n"


def opened(root: Path, name: str = "try") -> Path:
    """The folder that a session would work in."""
    found = asyncio.run(enter_worktree(root, name))
    assert isinstance(found, Opened), found
    return found.root


def changes(root: Path) -> dict[str, int | None]:
    """What the worktrees hold that is not committed, by name."""
    found = asyncio.run(list_worktrees(root))
    assert not isinstance(found, Refusal), found
    return {one.worktree.name: one.changes for one in found}


def test_list_and_remove(inhouse: Run, root: Path) -> None:
    assert changes(root) == {}
    (opened(root) / "made").write_text("made\n", "utf-8")
    opened(root, "other")
    assert changes(root) == {"other": 0, "try": 1}
    assert changes(place(root, "other")) == {"other": 0, "try": 1}
    listed = inhouse("worktrees", "list").stdout.splitlines()
    assert [line.split()[:3] for line in listed] == [
        ["NAME", "BRANCH", "CHANGES"],
        ["other", "inhouse/other", "none"],
        ["try", "inhouse/try", "1"],
    ]
    refused = asyncio.run(drop_worktree(root, "try", force=False))
    assert isinstance(refused, Refusal)
    assert "1 change that is not committed" in refused.text
    assert asyncio.run(drop_worktree(root, "try", force=True)) == Removed("try")
    assert changes(root) == {"other": 0}


def test_the_same_name_is_the_same_folder(root: Path) -> None:
    (opened(root) / "made").write_text("made\n", "utf-8")
    assert (opened(root) / "made").exists()
    assert opened(opened(root)) == place(root, "try")


def test_it_is_not_removed_from_inside(root: Path) -> None:
    inside = opened(root)
    found = asyncio.run(drop_worktree(inside, "try", force=True))
    assert isinstance(found, Refusal)
    assert inside.exists()


def test_it_is_trusted_when_its_repository_is(root: Path) -> None:
    assert not is_trusted(opened(root, "before"))
    trust(root)
    assert is_trusted(opened(root, "after"))


def test_from_a_folder_inside(root: Path) -> None:
    (root / "src").mkdir()
    (root / "src" / "x").write_text("x\n", "utf-8")
    assert opened(root / "src", "before") == place(root, "before")
    git(root, "add", "src")
    git(root, "commit", "--quiet", "--message", "Source")
    assert opened(root / "src", "after") == place(root, "after") / "src"


@pytest.mark.parametrize("name", ["../up", "-x", ""])
def test_a_bad_name_is_refused(root: Path, name: str) -> None:
    found = asyncio.run(enter_worktree(root, name))
    assert isinstance(found, Refusal)
    assert "cannot name a worktree" in found.text


def test_without_a_repository_there_is_none(folder: Path) -> None:
    found = asyncio.run(enter_worktree(folder, "try"))
    assert isinstance(found, Refusal)
    assert "in no git repository" in found.text
    assert list(folder.iterdir()) == []
