"""Removes what was found, never through a link, and the folders that are empty then."""

import contextlib
import os
import shutil
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from inhouse.uninstalling.finding import Found, Item
from inhouse.uninstalling.table import Base, Kind, bases
from inhouse.uninstalling.worktrees import drop_found
from inhouse_tools.refusal import Refusal

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be removed, and why."""

    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What could not be removed, and what a person should know besides."""

    failed: tuple[Failed, ...]
    notices: tuple[str, ...]


async def remove_found(found: Found) -> Outcome:
    """Delete every item, then the folders of ours that are empty.

    Stopped at any moment, the rest is found again: what tells whose a file is goes after it.
    """
    failed: list[Failed] = []
    notices: list[str] = []
    for item in found.items:
        if item.kind is Kind.WORKTREE:
            dropped = await drop_found(item.path.resolve())
            if isinstance(dropped, Refusal):
                failed.append(Failed(item, dropped.text))
            elif dropped.branch:
                notices.append(f"The branch {dropped.branch} stays: it holds commits of its own.")
            continue
        try:
            _remove(item)
        except OSError as error:
            failed.append(Failed(item, error.strerror or str(error)))
    for base in bases():
        if base.own:
            _remove_empty(base)
    return Outcome(tuple(failed), tuple(notices))


def _remove(item: Item) -> None:
    """Delete one item. What is gone already is fine."""
    with contextlib.suppress(FileNotFoundError), _open_folder(item.base, item.parts[:-1]) as folder:
        if item.whole:
            shutil.rmtree(item.parts[-1], dir_fd=folder)
        else:
            os.unlink(item.parts[-1], dir_fd=folder)


@contextlib.contextmanager
def _open_folder(base: Base, parts: Iterable[str]) -> Generator[int]:
    """A folder below a base, reached without following a link. Raises OSError."""
    folder = os.open(base.folder, _FOLDER)
    try:
        for name in parts:
            inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _remove_empty(base: Base) -> None:
    """Delete the known folders below a base that hold nothing, and the base itself."""
    if base.folder.is_symlink():
        return
    for place, _folders, _files in os.walk(base.folder, topdown=False):
        path = Path(place)
        parts = path.relative_to(base.folder).parts
        if not parts or base.is_known_folder(parts):
            # One that holds something stays.
            with contextlib.suppress(OSError):
                path.rmdir()
