"""What every way of fetching a model file shares: progress, faults, hashes, room, one at a time."""

import asyncio
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inhouse_models.private_file import sync_folder

Progress = Callable[[int, int, str], None]
"""Called with the bytes done, the bytes in all and what is being done."""

PIECE = 16 * 1024 * 1024
_SPARE_BYTES = 64 * 1024 * 1024
_MAKE_ROOM = "Make room there, or delete a model that you do not use: inhouse models rm NAME."
_ELSEWHERE = " XDG_DATA_HOME names another place for models."


class Digest(Protocol):
    """A running hash."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...

    def hexdigest(self) -> str:
        """The hash of everything so far."""
        ...


@dataclass(frozen=True, slots=True)
class SourceFault:
    """Why one source could not deliver, without a full stop, and what to do next in a sentence."""

    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file, not yet in the store, whose bytes have the hash that was promised."""

    path: Path
    sha256: str
    source: str


def ignore_progress(done: int, total: int, step: str) -> None:
    """For callers that do not show progress."""
    del done, total, step


async def hash_file(path: Path, progress: Progress, step: str) -> Digest:
    """The SHA-256 of a file, read in pieces beside the event loop. Raises OSError."""
    digest = hashlib.sha256()
    pieces = _feed(path, digest)
    while reached := await asyncio.to_thread(next, pieces, None):
        progress(*reached, step)
    return digest


def _feed(path: Path, digest: Digest) -> Iterator[tuple[int, int]]:
    done = 0
    with path.open("rb", buffering=0) as file:
        total = os.fstat(file.fileno()).st_size
        while piece := file.read(PIECE):
            digest.update(piece)
            done += len(piece)
            yield done, total


def missing_room(folder: Path, size: int) -> SourceFault | None:
    """A fault when `size` more bytes do not fit on the disk of `folder`."""
    free = shutil.disk_usage(folder).free
    if free >= size + _SPARE_BYTES:
        return None
    needed = describe_size(size + _SPARE_BYTES)
    return SourceFault(
        f"{needed} are needed in {folder} and {describe_size(free)} are free", _MAKE_ROOM
    )


def storing_fault(folder: Path, error: OSError) -> SourceFault:
    """Why a file could not be written below `folder`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return SourceFault(
            f"the disk of {folder} is full; what is there of it is kept",
            f"{_MAKE_ROOM}{_ELSEWHERE}",
        )
    return SourceFault(
        f"{folder} cannot be written to: {error.strerror or error}",
        f"See to its permissions.{_ELSEWHERE}",
    )


def describe_size(size: int) -> str:
    """Bytes as a person reads them, such as `1.1 GB`."""
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


def land(temporary: Path, target: Path) -> None:
    """Put a finished file in its place so that a power cut leaves the whole file or none."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(target)
    sync_folder(target.parent)


@contextmanager
def only_one(lock: Path) -> Generator[bool]:
    """Whether this process alone may work now; another one has the lock when it is false."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            # Network file systems may have no locks: then only the person prevents two at once.
            pass
        yield True
