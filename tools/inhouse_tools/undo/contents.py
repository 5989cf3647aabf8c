"""What files held, each content once, by its sha256."""

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Collection, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

SAMPLE_BYTES: Final = 64_000
# Packing takes most of the time, and runs beside other threads.
THREADS: Final = min(4, os.cpu_count() or 1)
WORTH: Final = 0.9
"""Packed content is kept when it is at most this share of the plain one."""


@dataclass(frozen=True, slots=True)
class Content:
    """A content as it is stored: `data` is packed unless that does not pay."""

    sha256: bytes
    size: int
    packed: bool
    data: bytes


def prepare(raw: bytes, known: Container[bytes] = ()) -> Content:
    """Bytes as they are stored; those whose sha256 is known already are not packed."""
    sha256 = hashlib.sha256(raw).digest()
    data = raw if sha256 in known else _pack(raw)
    return Content(sha256, len(raw), packed=data is not raw, data=data)


def _pack(raw: bytes) -> bytes:
    """Bytes packed where that pays, else the very same; of large ones the beginning decides."""
    if len(raw) > SAMPLE_BYTES:
        sample = raw[:SAMPLE_BYTES]
        if len(zlib.compress(sample, 1)) > WORTH * len(sample):
            return raw
    packed = zlib.compress(raw, 1)
    return packed if len(packed) <= WORTH * len(raw) else raw


def keep(connection: sqlite3.Connection, contents: Iterable[Content]) -> None:
    """Stores contents, but for those that are there."""
    connection.executemany(
        "INSERT OR IGNORE INTO contents VALUES (?, ?, ?, ?)",
        ((one.sha256, one.size, one.packed, one.data) for one in contents),
    )


def kept_hashes(connection: sqlite3.Connection) -> frozenset[bytes]:
    """The sha256 of everything that is there."""
    return frozenset(sha256 for (sha256,) in connection.execute("SELECT sha256 FROM contents"))


def is_kept(connection: sqlite3.Connection, sha256: bytes) -> bool:
    """Whether a content is there."""
    found = connection.execute("SELECT 1 FROM contents WHERE sha256 = ?", (sha256,))
    return found.fetchone() is not None


def read_content(connection: sqlite3.Connection, sha256: bytes) -> bytes | None:
    """The bytes, None when they are gone or damaged."""
    return read_contents(connection, [sha256])[sha256]


def read_contents(
    connection: sqlite3.Connection, hashes: Collection[bytes]
) -> dict[bytes, bytes | None]:
    """The bytes of each, None for what is gone or damaged."""
    query = "SELECT sha256, packed, data FROM contents WHERE sha256 = ?"
    found = [row for one in hashes for row in connection.execute(query, (one,))]
    contents: dict[bytes, bytes | None] = dict.fromkeys(hashes)
    with ThreadPoolExecutor(THREADS) as pool:
        contents.update(pool.map(_unpack, found) if len(found) > 1 else map(_unpack, found))
    return contents


def _unpack(row: tuple[bytes, int, bytes]) -> tuple[bytes, bytes | None]:
    sha256, packed, data = row
    try:
        raw = zlib.decompress(data) if packed else data
    except zlib.error:
        return sha256, None
    return sha256, raw if hashlib.sha256(raw).digest() == sha256 else None


def size_of_content(connection: sqlite3.Connection, sha256: bytes) -> int:
    """How many bytes a file with this content has, 0 when it is gone."""
    query = "SELECT size FROM contents WHERE sha256 = ?"
    row = connection.execute(query, (sha256,)).fetchone()
    return row[0] if row else 0


def sweep(connection: sqlite3.Connection) -> None:
    """Drops contents that neither the tree nor a turn holds any more."""
    connection.execute(
        "DELETE FROM contents WHERE sha256 NOT IN ("
        "SELECT value FROM tree WHERE kind = 'file' "
        "UNION SELECT before_value FROM changes WHERE before_kind = 'file' "
        "UNION SELECT after_value FROM changes WHERE after_kind = 'file')"
    )
