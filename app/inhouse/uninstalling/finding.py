"""Looks through the folders of inhouse: what is ours, and what lies there that is not."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inhouse.shell_completion.installing import is_ours
from inhouse.uninstalling.table import Base, Kind, bases
from inhouse_models.record import read_record
from inhouse_models.store import ACCEPTED, FOUND_IN_STORE

LINK_OF_PERSON = "a link that inhouse did not make; what it leads to is not touched"
UNKNOWN = "inhouse does not know it"
OF_PERSON = "you put it there"
OWN_TEXTS = {"AGENTS.md": "your own instructions", "models.toml": "your own list of models"}
OF_OTHER_USER = "it belongs to another user"
OTHER_DISK = "another file system is mounted there"


@dataclass(frozen=True, slots=True)
class Item:
    """A file of ours, or a folder that is ours with all that it holds (`whole`).

    `parts` is its path below `base`; sizes in bytes.
    """

    base: Base
    parts: tuple[str, ...]
    kind: Kind
    size: int
    files: int = 1
    whole: bool = False

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.base.folder.joinpath(*self.parts)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is not removed, and why."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything of ours, in the order in which it is to be removed, and what stays."""

    items: tuple[Item, ...]
    kept: tuple[Kept, ...]


def find_all() -> Found:
    """Look through every folder of the table. Links are not followed, nothing is changed.

    Raises OSError when a folder of ours cannot be read.
    """
    order = list(Kind)
    items: list[Item] = []
    kept: list[Kept] = []
    for base in bases():
        for one in _look_into(base):
            if isinstance(one, Item):
                items.append(one)
            else:
                kept.append(one)
    items.sort(key=lambda item: (order.index(item.kind), item.path))
    return Found(tuple(items), tuple(kept))


def _look_into(base: Base) -> Iterator[Item | Kept]:
    try:
        status = base.folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISLNK(status.st_mode) and base.own:
        yield Kept(base.folder, LINK_OF_PERSON)
    elif status.st_uid != os.geteuid() and base.own:
        yield Kept(base.folder, OF_OTHER_USER)
    elif base.own:
        yield from _walk(base, (), status.st_dev)
    else:
        yield from _look_at_shared(base)


def _look_at_shared(base: Base) -> Iterator[Item]:
    """Of a folder of another program, only the files that we have written as they are."""
    for name, kind in base.table.items():
        path = base.folder / name
        if is_ours(path):
            yield Item(base, (name,), kind, path.lstat().st_size)


def _walk(base: Base, parts: tuple[str, ...], device: int) -> Iterator[Item | Kept]:
    with os.scandir(base.folder.joinpath(*parts)) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path, below = Path(entry.path), (*parts, entry.name)
        status = entry.stat(follow_symlinks=False)
        folder = entry.is_dir(follow_symlinks=False)
        kind = base.kind_of(below, folder=folder)
        if kind is Kind.MODEL:
            yield _judge_model(base, below, status)
        elif entry.is_symlink():
            yield Kept(path, LINK_OF_PERSON)
        elif not folder:
            yield Item(base, below, kind, status.st_size) if kind else _keep(path)
        elif status.st_dev != device:
            yield Kept(path, OTHER_DISK)
        elif kind is not None:
            yield Item(base, below, kind, *_measure(path), whole=True)
        elif base.is_known_folder(below):
            yield from _walk(base, below, device)
        else:
            yield Kept(path, UNKNOWN)


def _keep(path: Path) -> Kept:
    return Kept(path, OWN_TEXTS.get(path.name, UNKNOWN))


def _judge_model(base: Base, parts: tuple[str, ...], status: os.stat_result) -> Item | Kept:
    """A link of `models add`, a file that was pulled, or one that a person has put there."""
    path = base.folder.joinpath(*parts)
    if stat.S_ISLNK(status.st_mode):
        return Item(base, parts, Kind.LINK, 0)
    record = read_record(path.with_name(f"{path.name}.json"))
    own = record is None or record.source in (FOUND_IN_STORE, ACCEPTED)
    if own or not stat.S_ISREG(status.st_mode):
        return Kept(path, OF_PERSON)
    return Item(base, parts, Kind.MODEL, status.st_size)


def _measure(folder: Path) -> tuple[int, int]:
    """Bytes and number of the files below a folder."""
    size = files = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            size += Path(place, name).lstat().st_size
            files += 1
    return size, files
