"""Which saves start a turn: a person's, and never what git or another program has written."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from inhouse.watching import looking
from inhouse.watching.looking import Looker
from inhouse_agent.undo import history_of, record_turns, store_of
from inhouse_tools.git.repository import open_repository
from inhouse_tools.refusal import Refusal
from inhouse_tools.workspace import open_workspace
from inhouse_tools.writing.changes import Proposal, change_of, land, open_text

CODE = "def add(a, b):\n    return a + b\n"
ASKED = "# add types AI!\n" + CODE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    (root / "sum.py").write_text(CODE)
    (root / "old.py").write_text("# from long ago AI!\nx = 1\n")
    (root / ".gitignore").write_text("ignored.py\nbuild/\n")
    git(root, "init", "-q", "-b", "main")
    commit(root)
    return root


def git(root: Path, *words: str, fails: bool = False) -> None:
    name = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    done = subprocess.run(["git", *name, *words], cwd=root, capture_output=True, check=False)
    assert (done.returncode != 0) == fails, done.stderr


def commit(root: Path) -> None:
    git(root, "add", ".")
    git(root, "commit", "-qm", "Change")


class Watched:
    """A folder that is looked at: `saved` tells what a save of these files would start."""

    def __init__(self, root: Path, looker: Looker) -> None:
        self.root = root
        self.looker = looker
        self.notices: list[str] = []

    async def saved(self, *paths: str) -> list[str]:
        self.notices = list(await self.looker.look(paths))
        return [one.words for one in await self.looker.gather()]

    async def save(self, path: str, text: str) -> list[str]:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return await self.saved(path)

    async def control(self) -> None:
        """What a person writes now starts a turn."""
        assert await self.save("control.py", "# control AI!\n") == ["# control AI!"]


def watched(
    root: Path, act: Callable[[Watched], Awaitable[None]], *, once: bool = False
) -> list[str]:
    """Does something while the folder is watched; gives what was said at the beginning."""

    async def run() -> list[str]:
        repository = await open_repository(root)
        found = None if isinstance(repository, Refusal) else repository
        looker = Looker(root, found, store_of(root), once=once)
        said = list(await looker.begin())
        await act(Watched(root, looker))
        return said

    return asyncio.run(run())


def test_a_saved_comment_starts_a_turn_once(root: Path) -> None:
    async def act(here: Watched) -> None:
        assert await here.save("sum.py", CODE + "# no comment of ours\n") == []
        assert await here.save("sum.py", ASKED) == ["# add types AI!"]
        assert await here.saved("sum.py") == []
        assert await here.save("sum.py", ASKED + "y = 2\n") == []
        assert await here.save("sum.py", ASKED.replace("types", "all types")) == [
            "# add all types AI!"
        ]

    assert watched(root, act) == []


def test_comments_without_a_mark_wait_for_one_that_has(root: Path) -> None:
    async def act(here: Watched) -> None:
        assert await here.save("sum.py", "# AI: ints only\n" + CODE) == []
        assert await here.save("new.py", "# AI: like sum.py\n") == []
        assert await here.save("sum.py", "# AI: ints only\n" + ASKED) == [
            "# AI: ints only",
            "# add types AI!",
            "# AI: like sum.py",
        ]
        assert await here.save("new.py", "# AI: like sum.py\n# why AI?\n") == ["# why AI?"]

    watched(root, act)


def test_a_comment_that_goes_before_its_turn_starts_none(root: Path) -> None:
    async def act(here: Watched) -> None:
        await here.save("sum.py", "# AI: ints only\n" + CODE)
        await here.save("sum.py", CODE)
        await here.control()

    watched(root, act)


def test_what_stood_there_is_said_and_starts_nothing(root: Path) -> None:
    (root / "sum.py").write_text(ASKED)

    async def act(here: Watched) -> None:
        assert await here.save("sum.py", ASKED + "y = 2\n") == []
        assert await here.save("old.py", "# from long ago AI!\nx = 3\n") == []
        await here.control()

    (said,) = watched(root, act)
    assert "sum.py:1" in said and "--once" in said and "old.py" not in said


def test_once_does_what_differs_from_the_last_commit(root: Path) -> None:
    (root / "sum.py").write_text(ASKED)
    (root / "old.py").write_text("# from long ago AI!\nx = 3\n")
    git(root, "add", ".")
    found: list[str] = []

    async def act(here: Watched) -> None:
        found.extend(one.place for one in await here.looker.gather())

    watched(root, act, once=True)
    assert found == ["sum.py:1"]


@pytest.mark.parametrize("path", ["ignored.py", "build/x.py", ".git/x.py", "link.py", "big.py"])
def test_files_that_do_not_count(root: Path, path: str) -> None:
    (root / "build").mkdir()
    (root / "away.py").write_text(ASKED)
    (root / "link.py").symlink_to(root.parent / "outside.py")
    (root.parent / "outside.py").write_text(ASKED)

    async def act(here: Watched) -> None:
        text = ASKED + ("#\n" * looking.MAX_BYTES if path == "big.py" else "")
        assert await here.save(path, text) == []
        (here.root / "binary.py").write_bytes(b"\0" + ASKED.encode())
        assert await here.saved("binary.py", "gone.py", "../outside.py") == []
        for copy in ("sum.py~", "#sum.py#", ".#sum.py", ".sum.py.swp", "sum.py.orig"):
            assert await here.save(copy, ASKED) == []
        await here.control()

    watched(root, act)


def branch_with_comment(root: Path) -> None:
    git(root, "checkout", "-qb", "other")
    (root / "sum.py").write_text(ASKED)
    (root / "fresh.py").write_text("# run what I say AI!\n")
    commit(root)
    git(root, "checkout", "-q", "main")


CAME = ("sum.py", "fresh.py")


@pytest.mark.parametrize(
    "words",
    [
        ("checkout", "-q", "other"),
        ("switch", "-q", "--detach", "other"),
        ("merge", "-q", "other"),
        ("reset", "-q", "--hard", "other"),
        ("rebase", "-q", "other"),
        ("checkout", "-q", "other", "--", "."),
        ("cherry-pick", "-n", "other"),
        ("restore", "--source", "other", "--worktree", "."),
        ("merge", "-q", "--no-ff", "--no-commit", "other"),
    ],
    ids=" ".join,
)
def test_what_git_brings_starts_nothing(root: Path, words: tuple[str, ...]) -> None:
    branch_with_comment(root)

    async def act(here: Watched) -> None:
        git(root, *words)
        assert (root / "fresh.py").exists()
        assert await here.saved(*CAME) == []
        assert await here.saved(*CAME) == []
        if "--no-commit" in words:
            assert "not finished" in "".join(here.notices) or not here.notices
            git(root, "commit", "-qm", "Merge")
            await here.saved()
        await here.control()

    watched(root, act)


def test_a_stash_that_comes_back_starts_nothing(root: Path) -> None:
    (root / "sum.py").write_text(ASKED)
    git(root, "stash", "-q")

    async def act(here: Watched) -> None:
        git(root, "stash", "pop", "-q")
        assert await here.saved("sum.py") == []
        assert "sum.py:1" in here.notices[0] and "came with it" in here.notices[0]
        assert await here.save("sum.py", ASKED + "# and this AI!\n") == ["# and this AI!"]

    watched(root, act)


def test_a_conflict_starts_nothing(root: Path) -> None:
    branch_with_comment(root)
    (root / "sum.py").write_text(CODE + "z = 1\n")
    (root / "fresh.py").write_text("mine = 1\n")
    commit(root)

    async def act(here: Watched) -> None:
        git(root, "merge", "-q", "other", fails=True)
        assert "AI!" in (root / "fresh.py").read_text()
        assert await here.saved(*CAME) == []
        assert await here.save("control.py", "# control AI!\n") == []
        assert "merge is not finished" in here.notices[0]
        git(root, "merge", "--abort")
        await here.saved()
        assert await here.save("control.py", "# another AI!\n") == ["# another AI!"]

    watched(root, act)


def test_a_commit_of_the_persons_changes_nothing(root: Path) -> None:
    async def act(here: Watched) -> None:
        assert await here.save("sum.py", ASKED) == ["# add types AI!"]
        commit(root)
        assert await here.saved() == []
        assert await here.save("sum.py", ASKED + "# more AI!\n") == ["# more AI!"]

    watched(root, act)


def test_while_git_works_it_is_waited_for(root: Path) -> None:
    async def act(here: Watched) -> None:
        lock = root / ".git" / "index.lock"
        lock.touch()
        looked = asyncio.create_task(here.save("sum.py", ASKED))
        done, _ = await asyncio.wait([looked], timeout=0.3)
        assert not done
        lock.unlink()
        assert await looked == ["# add types AI!"]

    watched(root, act)


def test_many_files_at_once_are_no_save(root: Path) -> None:
    async def act(here: Watched) -> None:
        names = [f"file{number}.py" for number in range(looking.MAX_FILES + 1)]
        for name in names:
            (root / name).write_text(ASKED)
        assert await here.saved(*names) == []
        assert "21 files" in here.notices[0]
        for name in names[:-1]:
            (root / name).write_text(ASKED + f"# {name} AI!\n")
        assert len(await here.saved(*names[:-1])) == looking.MAX_FILES

    watched(root, act)


def test_a_file_that_was_moved_brings_no_new_comment(root: Path) -> None:
    async def act(here: Watched) -> None:
        await here.save("sum.py", ASKED)
        (root / "sum.py").rename(root / "moved.py")
        assert await here.saved("sum.py", "moved.py") == []
        await here.control()

    watched(root, act)


def test_what_a_turn_wrote_or_took_back_is_no_save(root: Path) -> None:
    """Of this process, of another one, and of undo: the records of undo know all of them."""

    async def act(here: Watched) -> None:
        assert await here.save("sum.py", ASKED) == ["# add types AI!"]
        await write_in_turn(root, "sum.py", "# model says AI!\n" + CODE)
        assert await here.saved("sum.py") == []
        (moved,) = [history_of(root).undo()]
        assert not isinstance(moved, Refusal)
        assert (root / "sum.py").read_text() == ASKED
        assert await here.saved("sum.py") == []
        assert await here.save("sum.py", ASKED.replace("types", "them")) == ["# add them AI!"]

    watched(root, act)


async def write_in_turn(root: Path, path: str, text: str) -> None:
    """What another inhouse does in this folder."""
    workspace = open_workspace(root, state=store_of(root).state)
    assert not isinstance(workspace, Refusal)
    workspace.undo = record_turns(workspace, 10**9, lambda _text: None)
    opened = open_text(path, workspace)
    assert not isinstance(opened, Refusal)
    change = change_of(opened, text)
    assert not isinstance(change, Refusal) and workspace.undo is not None
    async with workspace.undo.turn("change"):
        assert not land(Proposal((change,), ""), workspace).failed


def test_without_git_new_comments_count(tmp_path: Path) -> None:
    root = tmp_path / "plain"
    root.mkdir()
    (root / "a.py").write_text("# standing AI!\n")

    async def act(here: Watched) -> None:
        assert await here.save("a.py", "# standing AI!\n# new AI!\n") == ["# new AI!"]
        assert await here.save(".venv/b.py", "# new AI!\n") == []

    (said,) = watched(root, act)
    assert "a.py:1" in said


def test_a_folder_below_the_top_is_watched_alone(root: Path) -> None:
    (root / "inner").mkdir()
    (root / "inner" / "a.py").write_text("x = 1\n")
    commit(root)

    async def act(here: Watched) -> None:
        assert await here.save("a.py", "# do AI!\nx = 1\n") == ["# do AI!"]
        (root / "sum.py").write_text(ASKED)
        assert await here.saved("../sum.py", "sum.py") == []

    watched(root / "inner", act)
