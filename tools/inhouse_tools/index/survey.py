"""What has changed in a folder since it was indexed, by the facts that the file system keeps."""

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools import syntax
from inhouse_tools.index.analysing import read_source
from inhouse_tools.index.facts import find
from inhouse_tools.places.listing import MAX_FILES, list_files

RACY_NANOSECONDS = 2_000_000_000
"""A file that was changed so shortly before it was read may change again within its time stamp."""
NEVER = -1
"""A time of change that no file has, so that this one is read again next time."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size in bytes, time of change and inode: as long as they stay, a file is not read again."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that is new or has another stamp; `sha256` is None when it cannot or must not be read.

    `known` says whether the facts of its content were kept before.
    """

    path: str
    stamp: Stamp
    language: str
    sha256: bytes | None
    known: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What an index has to do: files whose content is to be known, files to forget."""

    changed: tuple[Changed, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def unknown(self) -> list[Changed]:
        """Files whose content must be parsed, the largest first; one of each content."""
        found: dict[tuple[bytes, str], Changed] = {}
        for item in sorted(self.changed, key=lambda item: (-item.stamp.size, item.path)):
            if item.sha256 is not None and not item.known:
                found.setdefault((item.sha256, item.language), item)
        return list(found.values())


def known_stamps(connection: sqlite3.Connection) -> dict[str, Stamp]:
    """The files of an index."""
    rows = connection.execute("SELECT path, size, mtime_ns, inode FROM file")
    return {os.fsdecode(path): Stamp(*rest) for path, *rest in rows}


def differences(
    root: Path, stamps: Mapping[str, Stamp]
) -> tuple[list[tuple[str, Stamp]], tuple[str, ...]]:
    """Files below a root in known languages with another stamp, and the paths that are gone."""
    changed: list[tuple[str, Stamp]] = []
    seen: set[str] = set()
    prefix = f"{root}/"
    for path in list_files(root, MAX_FILES).files:
        known = stamps.get(path)
        if known is None and syntax.language_of(path) is None:
            continue
        try:
            facts = os.lstat(prefix + path)
        except OSError:
            continue
        stamp = Stamp(facts.st_size, facts.st_mtime_ns, facts.st_ino)
        seen.add(path)
        if stamp != known:
            changed.append((path, stamp))
    return changed, tuple(path for path in stamps if path not in seen)


def look_into(
    connection: sqlite3.Connection,
    root: Path,
    found: Sequence[tuple[str, Stamp]],
    mentioning: bytes = b"",
) -> tuple[list[Changed], list[str]]:
    """Read files and name their contents.

    With `mentioning`, those of unknown content that do not hold these bytes are told apart: only
    their paths are answered.
    """
    changed: list[Changed] = []
    passed_over: list[str] = []
    for path, stamp in found:
        language = syntax.language_of(path)
        if language is None:
            continue
        read = read_source(root / path)
        if read is None:
            changed.append(Changed(path, stamp, language.name, None, known=False))
            continue
        sha256 = read.sha256
        known = find(connection, sha256, language.name) is not None
        if known or mentioning in read.raw:
            changed.append(Changed(path, _stamp(read.facts), language.name, sha256, known))
        else:
            passed_over.append(path)
    return changed, passed_over


def _stamp(facts: os.stat_result) -> Stamp:
    fresh = time.time_ns() - facts.st_mtime_ns < RACY_NANOSECONDS
    return Stamp(facts.st_size, NEVER if fresh else facts.st_mtime_ns, facts.st_ino)
