"""Reads what is fresh in a tree and stores the contents of its files, many at once."""

import os
import sqlite3
import stat
import struct
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from inhouse_tools.undo.contents import THREADS, Content, keep, kept_hashes, prepare
from inhouse_tools.undo.entry import GIT, MAX_FILE_BYTES, Entry, Reason, uncovered
from inhouse_tools.undo.ground import GIT_NAME, Ground

# A file changed so shortly before it was read may change again without its times telling.
RACY_NANOSECONDS: Final = 100_000_000
RACY_NANOSECONDS_COARSE: Final = 2_500_000_000
BATCH_BYTES: Final = 16_000_000
BATCH_FILES: Final = 256
CHUNK_BYTES: Final = 1_000_000
_SIGNATURE: Final = struct.Struct("<IqqqQ")


@dataclass(slots=True)
class Fresh:
    """A path whose facts are not those that are stored; with a `reason` it is not covered.

    Without facts it is git's own.
    """

    name: bytes
    facts: os.stat_result | None
    reason: Reason | None = None

    @property
    def size(self) -> int:
        """Bytes of a file."""
        return self.facts.st_size if self.facts else 0


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands at a path, the signature that it is known by from now on, and its content."""

    entry: Entry
    signature: bytes
    content: Content | None = None


def signature_of(facts: os.stat_result | None) -> bytes:
    """What tells a changed file: a folder counts as the same whatever it holds."""
    if facts is None:
        return b"git"
    if stat.S_ISDIR(facts.st_mode):
        return _SIGNATURE.pack(facts.st_mode, 0, 0, 0, 0)
    return _SIGNATURE.pack(
        facts.st_mode, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino
    )


def read_fresh(
    connection: sqlite3.Connection, ground: Ground, fresh: Sequence[Fresh]
) -> Iterator[tuple[Fresh, Entry, bytes]]:
    """Each path with what stands there and its signature; the contents are stored."""
    known = kept_hashes(connection) if fresh else frozenset[bytes]()

    def read(part: Sequence[Fresh]) -> list[_Read]:
        return [_read(ground, known, one) for one in part]

    with ThreadPoolExecutor(THREADS) as pool:
        for batch in _batches(fresh):
            parts = [batch[start::THREADS] for start in range(THREADS)]
            for part, found in zip(parts, pool.map(read, parts), strict=True):
                keep(connection, [one.content for one in found if one.content])
                yield from (
                    (one, it.entry, it.signature) for one, it in zip(part, found, strict=True)
                )


def _batches(fresh: Sequence[Fresh]) -> Iterator[Sequence[Fresh]]:
    """As much at once as the memory bears."""
    batch: list[Fresh] = []
    size = 0
    for one in fresh:
        if len(batch) == BATCH_FILES or (batch and size + one.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch


def _read(ground: Ground, known: frozenset[bytes], one: Fresh) -> _Read:
    facts = one.facts
    if facts is None or one.name.rpartition(b"/")[2] == GIT_NAME:
        return _Read(GIT, b"git")
    signature = signature_of(facts)
    if one.reason is not None:
        # Files are told apart by size and time; a folder that is not entered looks always alike.
        told = () if stat.S_ISDIR(facts.st_mode) else (facts.st_size, facts.st_mtime_ns)
        return _Read(uncovered(one.reason, *told), signature)
    if stat.S_ISDIR(facts.st_mode):
        return _Read(Entry("folder", stat.S_IMODE(facts.st_mode)), signature)
    path = ground.path_of(one.name)
    try:
        if stat.S_ISLNK(facts.st_mode):
            return _Read(Entry("link", value=os.readlink(path)), signature)  # noqa: PTH115 - Path would tidy the target
        if stat.S_ISREG(facts.st_mode):
            return _read_file(path, facts, known)
    except OSError:
        return _Read(uncovered("unreadable", facts.st_size, facts.st_mtime_ns), b"")
    return _Read(uncovered("special"), signature)


def _read_file(path: bytes, facts: os.stat_result, known: frozenset[bytes]) -> _Read:
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        opened = os.fstat(file)
        raw = _read_bytes(file, min(opened.st_size, MAX_FILE_BYTES))
    finally:
        os.close(file)
    if len(raw) > MAX_FILE_BYTES:
        return _Read(uncovered("large", facts.st_size, facts.st_mtime_ns), signature_of(facts))
    content = prepare(raw, known)
    entry = Entry("file", stat.S_IMODE(opened.st_mode), content.sha256)
    still = signature_of(opened) == signature_of(facts) and len(raw) == opened.st_size
    signature = signature_of(opened) if still and not _is_racy(opened) else b""
    return _Read(entry, signature, None if content.sha256 in known else content)


def _read_bytes(file: int, expected: int) -> bytes:
    """All bytes of a file that has so many, or somewhat more than are ever kept."""
    parts = [os.read(file, expected + 1)]
    size = len(parts[0])
    while parts[-1] and size <= MAX_FILE_BYTES:
        parts.append(os.read(file, CHUNK_BYTES))
        size += len(parts[-1])
    return b"".join(parts)


def _is_racy(facts: os.stat_result) -> bool:
    """Whether another change might leave the very same times; then it is read again next time."""
    coarse = facts.st_mtime_ns % 1_000_000_000 == 0 and facts.st_ctime_ns % 1_000_000_000 == 0
    window = RACY_NANOSECONDS_COARSE if coarse else RACY_NANOSECONDS
    return time.time_ns() - max(facts.st_mtime_ns, facts.st_ctime_ns) < window
