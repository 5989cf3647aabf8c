"""What was known of a model file when its hash was taken, kept next to it as JSON."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from inhouse_models.private_file import sweep_parts, write_private


@dataclass(frozen=True, slots=True)
class Stamp:
    """How to see without reading it that a file is the same: bytes, times, inode.

    The time of the last change cannot be set by a program, as that of the last write can.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """The stamp of a file now."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Record:
    """The hash a file had, where it came from, and when it was first used (ISO 8601, UTC)."""

    sha256: str
    stamp: Stamp
    source: str
    first_seen: str

    @classmethod
    def new(cls, sha256: str, stamp: Stamp, source: str, first_seen: str = "") -> "Record":
        """A record of now, or of `first_seen` when the file was known before."""
        return cls(sha256, stamp, source, first_seen or datetime.now(UTC).isoformat("T", "seconds"))


def record_path(file: Path) -> Path:
    """Where the record of a file of the store is kept."""
    return file.with_name(f"{file.name}.json")


def write_record(path: Path, record: Record) -> None:
    """Write a record as a whole. Raises OSError."""
    values = {
        "sha256": record.sha256,
        "size": record.stamp.size,
        "mtime_ns": record.stamp.mtime_ns,
        "inode": record.stamp.inode,
        "ctime_ns": record.stamp.ctime_ns,
        "source": record.source,
        "first_seen": record.first_seen,
    }
    sweep_parts(path.parent, deep=False)
    write_private(path, [(json.dumps(values, indent=1) + "\n").encode()])


def read_record(path: Path) -> Record | None:
    """The record at `path`; one that is missing or damaged only costs a new hash."""
    try:
        values = cast("dict[str, object]", json.loads(path.read_text(encoding="utf-8")))
        numbers = [values[key] for key in ("size", "mtime_ns", "inode", "ctime_ns")]
        texts = [values[key] for key in ("sha256", "source", "first_seen")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    size, mtime_ns, inode, ctime_ns = (
        number if isinstance(number, int) else -1 for number in numbers
    )
    sha256, source, first_seen = (str(text) for text in texts)
    return Record(sha256, Stamp(size, mtime_ns, inode, ctime_ns), source, first_seen)
