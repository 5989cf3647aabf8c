"""Reaching what stands in a tree step by step, so that no part of a path can lead elsewhere."""

import contextlib
import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

MOST_OPEN: Final = 64
FOLDER: Final = "folder"
OTHER: Final = "other"
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
NEW_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What systems say where a file cannot have a second name.
NO_LINKS: Final = {errno.EPERM, errno.EMLINK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def digest(raw: bytes) -> str:
    """The sha256 of bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


def link_digest(target: str) -> str:
    """What stands for the content of a symlink; no file has it as its `digest`."""
    return "link:" + digest(os.fsencode(target))


def write_all(file: int, raw: bytes) -> None:
    """Write bytes to an open file."""
    rest = memoryview(raw)
    while rest:
        rest = rest[os.write(file, rest) :]


@dataclass(frozen=True, slots=True)
class Spot:
    """A path below a base, by the names that lead to it; without any it is the base itself."""

    base: Path
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last part."""
        return self.parts[-1]

    @property
    def folder(self) -> "Spot":
        """What holds it."""
        return Spot(self.base, self.parts[:-1])

    def inner(self, name: str) -> "Spot":
        """What stands in it under a name."""
        return Spot(self.base, (*self.parts, name))

    def beside(self, name: str) -> "Spot":
        """What stands next to it under a name."""
        return self.folder.inner(name)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a spot.

    `digest` is that of a file or a symlink, "" for nothing, FOLDER, or OTHER for a device, a pipe
    or a socket.
    """

    digest: str = ""
    facts: os.stat_result | None = None

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.facts is not None and stat.S_ISREG(self.facts.st_mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symlink."""
        return self.facts is not None and stat.S_ISLNK(self.facts.st_mode)

    @property
    def mode(self) -> int | None:
        """The permission bits of a file."""
        return stat.S_IMODE(self.facts.st_mode) if self.facts and self.is_file else None


class Descent:
    """Open folders of trees; those that were used last are kept open.

    Every method raises OSError as the system does: ENOTDIR where a part of a path is a link.
    """

    def __init__(self) -> None:
        self._open: dict[Spot, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.trim(0)

    def open(self, folder: Spot, make: bool = False) -> int:
        """A descriptor of a folder, which stays open until `trim`."""
        known = self._open.pop(folder, None)
        if known is None:
            known = self._enter(folder, make)
        self._open[folder] = known
        return known

    def _enter(self, folder: Spot, make: bool) -> int:
        if not folder.parts:
            return os.open(folder.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        outer = self.open(folder.folder, make)
        try:
            return os.open(folder.name, _FOLDER_FLAGS, dir_fd=outer)
        except FileNotFoundError:
            if not make:
                raise
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder.name, dir_fd=outer)
            return os.open(folder.name, _FOLDER_FLAGS, dir_fd=outer)

    def trim(self, most: int = MOST_OPEN) -> None:
        """Close all but the folders that were used last."""
        while len(self._open) > most:
            os.close(self._open.pop(next(iter(self._open))))

    def look(self, spot: Spot) -> Standing:
        """What stands there; nothing also where its folder is missing or is no folder."""
        try:
            folder = self.open(spot.folder)
            facts = os.stat(spot.name, dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return Standing()
        if stat.S_ISDIR(facts.st_mode):
            return Standing(FOLDER, facts)
        if stat.S_ISLNK(facts.st_mode):
            return Standing(link_digest(os.readlink(spot.name, dir_fd=folder)), facts)
        if not stat.S_ISREG(facts.st_mode):
            return Standing(OTHER, facts)
        with os.fdopen(os.open(spot.name, FILE_FLAGS, dir_fd=folder), "rb") as stream:
            return Standing(hashlib.file_digest(stream, "sha256").hexdigest(), facts)

    def inside(self, folder: Spot) -> tuple[Spot, ...]:
        """All that stands in a folder."""
        with os.scandir(self.open(folder)) as entries:
            return tuple(folder.inner(entry.name) for entry in entries)

    def move(self, source: Spot, target: Spot) -> None:
        """Rename, over what stands at the target; its folders are made."""
        into = self.open(target.folder, make=True)
        out_of = self.open(source.folder)
        os.rename(source.name, target.name, src_dir_fd=out_of, dst_dir_fd=into)

    def keep(self, spot: Spot, backup: Spot) -> None:
        """Give a file or a symlink a second name; where there is none to be had, make a copy."""
        source, target = self.open(spot.folder), self.open(backup.folder)
        names = spot.name, backup.name
        try:
            os.link(*names, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            self._copy(spot, backup)

    def _copy(self, spot: Spot, backup: Spot) -> None:
        source, target = self.open(spot.folder), self.open(backup.folder)
        facts = os.stat(spot.name, dir_fd=source, follow_symlinks=False)
        if stat.S_ISLNK(facts.st_mode):
            os.symlink(os.readlink(spot.name, dir_fd=source), backup.name, dir_fd=target)
            return
        with os.fdopen(os.open(spot.name, FILE_FLAGS, dir_fd=source), "rb") as stream:
            raw = stream.read()
        file = os.open(backup.name, NEW_FLAGS, 0o600, dir_fd=target)
        try:
            write_all(file, raw)
            os.fchmod(file, stat.S_IMODE(facts.st_mode))
        finally:
            os.close(file)

    def remove(self, spot: Spot) -> None:
        """Remove a file or a symlink."""
        os.unlink(spot.name, dir_fd=self.open(spot.folder))

    def remove_folder(self, spot: Spot) -> None:
        """Remove a folder that holds nothing but folders of the same kind."""
        for inner in self.inside(spot):
            self.remove_folder(inner)
        os.close(self._open.pop(spot))
        os.rmdir(spot.name, dir_fd=self.open(spot.folder))

    def give_mode(self, folder: Spot, mode: int) -> None:
        """Set the permission bits of a folder; what is no folder raises NotADirectoryError."""
        if not folder.parts:
            folder.base.chmod(mode)
            return
        outer = self.open(folder.folder)
        facts = os.stat(folder.name, dir_fd=outer, follow_symlinks=False)
        if not stat.S_ISDIR(facts.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder.name)
        try:
            file = os.open(folder.name, _FOLDER_FLAGS, dir_fd=outer)
        except PermissionError:
            # It may not be opened by its mode, so it can be changed by its name only.
            os.chmod(folder.name, mode, dir_fd=outer)
            return
        try:
            os.fchmod(file, mode)
        finally:
            os.close(file)

    def sync(self, folder: Spot) -> None:
        """Make the names in a folder lasting."""
        os.fsync(self.open(folder))
