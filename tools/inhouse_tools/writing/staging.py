"""New bytes laid ready beside their targets: checked first, then safe in temporary files."""

import errno
import os
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.refusal import of_os_error
from inhouse_tools.writing.descent import (
    FILE_FLAGS,
    FOLDER,
    NEW_FLAGS,
    OTHER,
    Descent,
    Spot,
    Standing,
    digest,
    link_digest,
    write_all,
)

# Disks sync many files at once in hardly more time than one.
SYNCED_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Write:
    """One path to write: its folders hold no symlink, and it lies under `base`.

    `raw` None deletes it. `expected` is what must stand there at that moment: the `digest` of a
    file, the `link_digest` of a symlink, "" for nothing, as which a folder counts whose files are
    all deleted by the same writes. `mode` are the permission bits that it
    shall have (None: those it has, or what the umask leaves of a new one); with them a read-only
    file may be replaced. With `link` a symlink to that is made, and `raw` is not looked at.
    """

    base: Path
    path: Path
    name: str
    raw: bytes | None
    expected: str
    mode: int | None = None
    link: str | None = None

    @property
    def spot(self) -> Spot:
        """Where it is."""
        return Spot(self.base, self.path.relative_to(self.base).parts)

    @property
    def deletes(self) -> bool:
        """Whether nothing shall stand there."""
        return self.raw is None and self.link is None

    @property
    def wanted(self) -> str:
        """The digest of what shall stand there, "" for nothing."""
        if self.link is not None:
            return link_digest(self.link)
        return "" if self.raw is None else digest(self.raw)


class RefusedError(Exception):
    """Ends a write inside these modules; it leaves as a Refusal of this text."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A write that may go ahead.

    The new bytes lie ready at `temporary`, what stood there is kept at `backup` until all is done,
    both in the deepest folder on the way that is there before and after. `made` are new folders.
    """

    write: Write
    spot: Spot
    standing: Standing
    temporary: Spot
    backup: Spot
    made: tuple[Spot, ...]


def plan_writes(writes: Sequence[Write], token: str, descent: Descent) -> list[Planned]:
    """All writes, each checked against what stands there. Nothing is touched.

    Raises RefusedError when one may not go ahead.
    """
    targets = {write.spot: write for write in writes}
    if len(targets) != len(writes):
        raise ValueError("a path is written twice at once")
    removed = {spot for spot, write in targets.items() if write.deletes}
    planned: list[Planned] = []
    for number, (spot, write) in enumerate(targets.items()):
        with refusing(write.name):
            folder = _lasting_folder(spot, targets, descent)
            standing = descent.look(spot)
            _check(write, standing, removed, descent)
        descent.trim()
        depths = range(len(folder.parts) + 1, 0 if write.deletes else len(spot.parts))
        name = f".inhouse-{token}-{number}"
        planned.append(
            Planned(
                write,
                spot,
                standing,
                folder.inner(f"{name}.tmp"),
                folder.inner(f"{name}.old"),
                tuple(Spot(spot.base, spot.parts[:depth]) for depth in depths),
            )
        )
    return planned


@contextmanager
def refusing(name: str) -> Generator[None]:
    """Turn what the system would not do into a refusal that names the file."""
    try:
        yield
    except OSError as error:
        raise RefusedError(of_os_error(error, name, "write").text) from error


def _lasting_folder(spot: Spot, targets: Collection[Spot], descent: Descent) -> Spot:
    """The deepest folder on the way that exists and is not itself written or removed."""
    folder = Spot(spot.base, ())
    descent.open(folder)
    for part in spot.parts[:-1]:
        inner = folder.inner(part)
        if inner in targets:
            break
        try:
            descent.open(inner)
        except FileNotFoundError:
            break
        folder = inner
    return folder


def _check(write: Write, standing: Standing, removed: Collection[Spot], descent: Descent) -> None:
    found = standing.digest
    if found == FOLDER:
        if write.deletes or write.expected or not _emptied(write.spot, removed, descent):
            raise RefusedError(f"{write.name} is a folder.")
        return
    if found == OTHER or (standing.is_link and not write.expected.startswith("link:")):
        raise RefusedError(f"{write.name} is not a regular file.")
    fixed = standing.mode is not None and not standing.mode & 0o222
    if fixed and write.mode is None and not write.deletes:
        raise RefusedError(f"{write.name} is read-only. Make it writable first (chmod u+w).")
    if found == write.expected:
        return
    if not found:
        raise RefusedError(f"{write.name} was deleted in the meantime.")
    raise RefusedError(changed_meanwhile(write.name))


def changed_meanwhile(name: str) -> str:
    """What is said of a file that is not as expected."""
    return (
        f'{name} was changed on disk in the meantime. Call read with file_path="{name}" '
        "and try again."
    )


def _emptied(folder: Spot, removed: Collection[Spot], descent: Descent) -> bool:
    """Whether all that a folder holds is removed."""
    for inner in descent.inside(folder):
        if inner in removed:
            continue
        if descent.look(inner).digest != FOLDER or not _emptied(inner, removed, descent):
            return False
    return True


def lay_ready(planned: Sequence[Planned], descent: Descent) -> None:
    """Put the new bytes into the temporary files, synced, with owner, mode and attributes.

    Raises RefusedError; temporary files may then be left.
    """
    wanted = [item for item in planned if not item.write.deletes]
    for start in range(0, len(wanted), SYNCED_AT_ONCE):
        with ExitStack() as open_files:
            laid: list[int] = []
            for item in wanted[start : start + SYNCED_AT_ONCE]:
                with refusing(item.write.name):
                    laid += _lay(item, descent, open_files)
            with refusing(wanted[start].write.name):
                _sync(laid)
        descent.trim()


def _sync(files: Sequence[int]) -> None:
    """Make the bytes of open files lasting."""
    if len(files) <= 1:
        for file in files:
            os.fsync(file)
        return
    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(os.fsync, files))


def _lay(item: Planned, descent: Descent, open_files: ExitStack) -> tuple[int, ...]:
    """The open file that was written; none for a link, which has no bytes to sync."""
    write, name = item.write, item.temporary.name
    folder = descent.open(item.temporary.folder)
    if write.link is not None:
        os.symlink(write.link, name, dir_fd=folder)
        return ()
    mode = item.standing.mode if write.mode is None else write.mode
    file = os.open(name, NEW_FLAGS, 0o666 if mode is None else 0o600, dir_fd=folder)
    open_files.callback(os.close, file)
    write_all(file, write.raw or b"")
    if item.standing.is_file:
        _carry_over(write.name, item.spot, file, descent)
    if mode is not None:
        os.fchmod(file, mode)
    return (file,)


def _carry_over(name: str, like: Spot, target: int, descent: Descent) -> None:
    """Give an open file the owner and the attributes of another one."""
    source = os.open(like.name, FILE_FLAGS, dir_fd=descent.open(like.folder))
    try:
        old, new = os.fstat(source), os.fstat(target)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            os.fchown(target, old.st_uid, old.st_gid)
        if hasattr(os, "listxattr"):
            _copy_attributes(source, target)
    except PermissionError as error:
        raise RefusedError(
            f"{name} belongs to another user or group, and writing it would change that."
        ) from error
    finally:
        os.close(source)


def _copy_attributes(source: int, target: int) -> None:
    try:
        for attribute in os.listxattr(source):
            if not attribute.startswith(("security.", "trusted.")):
                os.setxattr(target, attribute, os.getxattr(source, attribute))
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
