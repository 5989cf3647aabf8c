"""A small file of our own: replaced so that it is the old or the new one at any moment.

Whoever changes one holds the lock of its folder, reads, and replaces: so of two processes neither
loses what the other one wrote, and what killed ones left lying about can be told and removed.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.writing.descent import NEW_FLAGS, NO_LINKS, write_all

UNFINISHED: Final = ".new"
DAMAGED: Final = ".bad"
MOST_SECONDS_TO_WAIT: Final = 10.0
SECONDS_BETWEEN_TRIES: Final = 0.01
PRIVATE: Final = 0o600
PERMISSIONS: Final = 0o777


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that no other process of ours replaces meanwhile.

    `locked` is False on file systems without locks, where only the person prevents two writers.
    """

    path: Path
    folder: int
    locked: bool

    def replace(self, raw: bytes, *, lasting: bool = True) -> None:
        """Put the bytes in the place of what stands there. Raises OSError.

        Owner and mode stay; a new file is for this user alone. What is not `lasting` may be lost
        by a power cut, and nobody waits for the disk.
        """
        if self.locked:
            self._sweep()
        before = self._standing()
        temporary = f".{self.path.name}.{secrets.token_hex(4)}{UNFINISHED}"
        try:
            self._write(temporary, raw, before, lasting=lasting)
            self._rename(temporary, self.path.name)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=self.folder)
            raise
        if lasting:
            os.fsync(self.folder)

    def put_aside(self) -> Path:
        """Keep a file that cannot be understood under another name, before it is replaced.

        It stands in its place until then, so that a kill in between loses nothing. Returns where
        it is kept. Raises OSError.
        """
        names = [f"{self.path.name}{DAMAGED}"]
        names += [f"{names[0]}-{number}" for number in range(2, 100)]
        taken = {path.name for path in self.path.parent.iterdir()}
        aside = next((name for name in names if name not in taken), "")
        if not aside:
            raise FileExistsError(errno.EEXIST, "too many damaged ones are kept", str(self.path))
        try:
            os.link(self.path.name, aside, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            self._rename(self.path.name, aside)
        os.fsync(self.folder)
        return self.path.with_name(aside)

    def _standing(self) -> os.stat_result | None:
        try:
            facts = os.stat(self.path.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(self.path))
        return facts

    def _write(
        self, name: str, raw: bytes, before: os.stat_result | None, *, lasting: bool
    ) -> None:
        file = os.open(name, NEW_FLAGS, PRIVATE, dir_fd=self.folder)
        try:
            write_all(file, raw)
            if before is not None:
                now = os.fstat(file)
                if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
                    os.fchown(file, before.st_uid, before.st_gid)
            # The umask may have taken away what the owner needs.
            os.fchmod(file, stat.S_IMODE(before.st_mode) & PERMISSIONS if before else PRIVATE)
            if lasting:
                os.fsync(file)
        finally:
            os.close(file)

    def _rename(self, name: str, target: str) -> None:
        os.rename(name, target, src_dir_fd=self.folder, dst_dir_fd=self.folder)

    def _sweep(self) -> None:
        """Remove what killed processes left: nobody else is writing this file now."""
        start = f".{self.path.name}."
        for path in self.path.parent.iterdir():
            if path.name.startswith(start) and path.name.endswith(UNFINISHED):
                with contextlib.suppress(OSError):
                    os.unlink(path.name, dir_fd=self.folder)


@contextlib.contextmanager
def hold_file(file: Path) -> Generator[HeldFile]:
    """Keep other processes of ours from changing a file, which need not be there yet.

    A symbolic link stays a link (dotfile managers use them): its target is meant. Raises OSError,
    also after a wait for who holds it.
    """
    target = Path(os.path.realpath(file))
    make_folder(target.parent)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield HeldFile(target, folder, _lock(folder, target))
    finally:
        os.close(folder)


def replace_text(file: Path, text: str, *, lasting: bool = True) -> None:
    """Put a text in the place of what a file holds; see `HeldFile.replace`. Raises OSError."""
    replace_bytes(file, text.encode(), lasting=lasting)


def replace_bytes(file: Path, raw: bytes, *, lasting: bool = True) -> None:
    """The same for bytes. Raises OSError."""
    with hold_file(file) as held:
        held.replace(raw, lasting=lasting)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for this user alone whatever the umask. Raises OSError.

    One that is there stays as it is.
    """
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            path.chmod(0o700)
            sync_folder(path.parent)


def make_private(folder: Path) -> None:
    """The same for a folder of our own, which is closed to others if it is not. Raises OSError."""
    make_folder(folder)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder lasting. Raises OSError."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _lock(folder: int, target: Path) -> bool:
    """Whether this process alone may change the file now; False where nothing can be locked."""
    end = time.monotonic() + MOST_SECONDS_TO_WAIT
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= end:
                text = "another inhouse is writing in its folder"
                raise TimeoutError(errno.ETIMEDOUT, text, str(target)) from error
            time.sleep(SECONDS_BETWEEN_TRIES)
        except OSError:
            # Network file systems may have no locks.
            return False
        else:
            return True
