"""The file of a session as it is written: only ever appended to, by one process at a time."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from inhouse_agent.journal import SessionProblem
from inhouse_tools.writing.descent import write_all
from inhouse_tools.writing.small_file import hold_file, replace_bytes, sync_folder

TORN: Final = ".torn"
UNFINISHED: Final = ".new"
UNLOCKED: Final = (
    "This file system has no locks: nothing keeps two inhouse from writing the session {} at once."
)


class JournalFile:
    """An open journal that this process alone may write.

    `locked` is False where the file system has no locks: then only the person prevents another.
    """

    def __init__(self, path: Path, descriptor: int, size: int, *, locked: bool = True) -> None:
        self.path = path
        self.locked = locked
        self._descriptor = descriptor
        self._size = size
        self._torn = False

    @classmethod
    def open(cls, path: Path, *, reading: bool = False) -> "JournalFile | SessionProblem":
        """Opens and locks; a lock ends with its process, so none is ever stale.

        Who is only `reading` needs no lock, and cannot write.
        """
        flags = os.O_RDONLY if reading else os.O_RDWR | os.O_APPEND
        try:
            descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)
            size = os.fstat(descriptor).st_size
        except OSError as error:
            return SessionProblem("io", f"The session {path} cannot be opened: {error.strerror}.")
        if reading:
            return cls(path, descriptor, size)
        locked = _lock(descriptor)
        if locked is None:
            os.close(descriptor)
            text = (
                f"The session {path.stem} is open in another inhouse. Close it there, "
                "or copy the session with --fork."
            )
            return SessionProblem("busy", text)
        return cls(path, descriptor, size, locked=locked)

    @classmethod
    def create(cls, path: Path, lines: Iterable[bytes]) -> "JournalFile | SessionProblem":
        """A new journal with these lines, whole or not there at all."""
        try:
            with hold_file(path) as held:
                if held.locked:
                    _sweep(path.parent)
                return cls._create(path, b"".join(lines))
        except OSError as error:
            reason = error.strerror or str(error)
            return SessionProblem("io", f"The session {path} cannot be made: {reason}.")

    @classmethod
    def _create(cls, path: Path, raw: bytes) -> "JournalFile":
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        temporary = path.with_name(f".{path.stem}{UNFINISHED}")
        descriptor = os.open(temporary, flags, 0o600)
        try:
            locked = _lock(descriptor)
            write_all(descriptor, raw)
            os.fsync(descriptor)
            temporary.rename(path)
            sync_folder(path.parent)
        except BaseException:
            os.close(descriptor)
            for name in (temporary, path):
                with contextlib.suppress(OSError):
                    name.unlink()
            raise
        return cls(path, descriptor, len(raw), locked=bool(locked))

    def cut(self, size: int) -> SessionProblem | Path | None:
        """Drops what stands after `size` bytes, the torn end of the last write.

        It is kept aside before, unless it is empty; returns where.
        """
        if size == self._size:
            return None
        aside: Path | None = None
        try:
            torn = os.pread(self._descriptor, self._size - size, size)
            if torn.strip(b"\0 \r\n\t"):
                name = f"{self.path.stem}.{hashlib.sha256(torn).hexdigest()[:8]}{TORN}"
                aside = self.path.with_name(name)
                replace_bytes(aside, torn)
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            return self._problem(error)
        self._size = size
        return aside

    def write(self, line: bytes) -> SessionProblem | None:
        """Appends one line and waits until it is on the disk; nothing of it stays if it fails."""
        try:
            if self._torn:
                self._clean()
            write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            self._torn = True
            # What cannot be taken back now is so before the next line.
            with contextlib.suppress(OSError):
                self._clean()
            return self._problem(error)
        self._size += len(line)
        return None

    def _clean(self) -> None:
        os.ftruncate(self._descriptor, self._size)
        self._torn = False

    def close(self) -> None:
        """Lets the lock go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _problem(self, error: OSError) -> SessionProblem:
        text = (
            f"The session {self.path} cannot be written: {error.strerror}. What is said meanwhile "
            "is kept in memory, and saved as soon as that works again."
        )
        return SessionProblem("io", text)


def remove_journal(path: Path) -> None:
    """Deletes a session's file and what was kept aside of it. Raises OSError."""
    for aside in path.parent.glob(f"{path.stem}.*{TORN}"):
        aside.unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _lock(descriptor: int) -> bool | None:
    """True when it is ours alone, None when it is another's, False where nothing can be locked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    except OSError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Removes what killed processes left of sessions that they were about to make."""
    for left in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError):
            left.unlink()
