"""Saves as editors make them, on the real file system."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from inhouse.watching import saves
from inhouse.watching.network_folder import kind_of
from inhouse.watching.saves import Saves
from inhouse_tools.places.listing import list_folders

SECONDS = 60


class Batches:
    """What is told of a folder, gathered until it holds what is expected."""

    def __init__(self, batches: AsyncGenerator[frozenset[str]]) -> None:
        self._batches = batches
        self.seen: set[str] = set()

    async def until(self, *paths: str) -> set[str]:
        """Everything that was told, once these paths were."""
        async with asyncio.timeout(SECONDS):
            while not self.seen.issuperset(paths):
                self.seen |= await anext(self._batches)
        seen, self.seen = self.seen, set()
        return seen


def watched(
    root: Path, act: Callable[[Batches], Awaitable[None]], *, polling: bool = False
) -> list[str]:
    """Does something in a folder while it is watched; gives what was said."""
    said: list[str] = []

    async def run() -> None:
        batches = Saves(root, (), polling, said.append).batches()
        assert await anext(batches) == frozenset()
        await act(Batches(batches))
        await batches.aclose()

    asyncio.run(run())
    return said


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "build").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n")
    return tmp_path


def save_by_rename(file: Path, text: str) -> None:
    """As vim, Emacs and VS Code save: a new file takes the place of the old one."""
    beside = file.with_name(f".{file.name}.swp")
    beside.write_text(text)
    beside.replace(file)


def test_every_way_to_save_is_told(root: Path) -> None:
    async def act(batches: Batches) -> None:
        (root / "a.py").write_text("x = 22\n")
        await batches.until("a.py")
        save_by_rename(root / "a.py", "x = 333\n")
        await batches.until("a.py")
        (root / "empty" / "b.py").write_text("y = 1\n")
        await batches.until("empty/b.py")
        (root / "a.py").unlink()
        await batches.until("a.py")

    assert watched(root, act) == []


def test_polling_sees_saves_a_second_apart(root: Path) -> None:
    os.utime(root / "a.py", (1, 1))

    async def act(batches: Batches) -> None:
        save_by_rename(root / "a.py", "x = 333\n")
        await batches.until("a.py")
        (root / "empty" / "b.py").write_text("y = 1\n")
        await batches.until("empty/b.py")

    watched(root, act, polling=True)


def test_new_folders_are_watched_and_ignored_ones_are_not(root: Path) -> None:
    async def act(batches: Batches) -> None:
        deep = root / "one" / "two"
        deep.mkdir(parents=True)
        (deep / "c.py").write_text("z = 1\n")
        (root / "build" / "out.py").write_text("z = 1\n")
        (root / ".git" / "config").write_text("")
        await batches.until("one/two/c.py")
        (deep / "c.py").write_text("z = 2\n")
        seen = await batches.until("one/two/c.py")
        assert not {path for path in seen if path.startswith(("build/", ".git/"))}

    watched(root, act)


def test_a_save_between_two_watches_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new folder has everything watched anew, and what is saved meanwhile counts as well."""
    listed = 0

    def listing(folder: Path, most: int) -> tuple[str, ...]:
        nonlocal listed
        listed += 1
        if listed == 2:
            (root / "a.py").write_text("x = 2\n")
        return list_folders(folder, most)

    monkeypatch.setattr(saves, "list_folders", listing)

    async def act(batches: Batches) -> None:
        (root / "new").mkdir()
        assert "a.py" in await batches.until("a.py")
        assert listed == 2

    assert watched(root, act) == []


def test_a_folder_that_goes_is_forgotten(root: Path) -> None:
    async def act(batches: Batches) -> None:
        (root / "empty").rename(root / "full")
        await batches.until("full")
        (root / "full" / "d.py").write_text("z = 1\n")
        await batches.until("full/d.py")

    watched(root, act)


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/my\\040share rw - nfs4 server:/share rw
31 22 0:41 / /mnt/my\\040share/local rw - tmpfs tmpfs rw
"""


def test_network_file_systems_are_known() -> None:
    assert kind_of(Path("/home/me"), MOUNTS) == "ext4"
    assert kind_of(Path("/mnt/my share/x"), MOUNTS) == "nfs4"
    assert kind_of(Path("/mnt/my share/local"), MOUNTS) == "tmpfs"
    assert kind_of(Path("/mnt/my shared"), MOUNTS) == "ext4"
    assert kind_of(Path("/x"), "broken\n") == ""
