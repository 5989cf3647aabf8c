"""Reading with a limit, and writing so that a file is always either old or new, never half.

A write makes a temporary file in the same folder, syncs it, renames it over the target and syncs
the folder. So mode, owner and extended attributes are carried over, and a hard link is broken:
other names of the file keep the old content.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.refusal import Refusal, of_os_error

MAX_BYTES = 10_000_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file and their sha256."""

    raw: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Write:
    """One file to write: `path` has no symlink and lies under `base`.

    `expected` is the sha256 that the file must have at that moment, "" when it must not exist.
    """

    base: Path
    path: Path
    name: str
    raw: bytes
    expected: str


@dataclass(slots=True)
class _Staged:
    """A write whose bytes are safe in a temporary file; `folder` is an open descriptor."""

    write: Write
    folder: int
    temporary: str
    old: bytes | None


class _RefusedError(Exception):
    """Ends a write inside this module; it leaves as a Refusal."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.refusal = Refusal(text)


def digest(raw: bytes) -> str:
    """The sha256 of bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


def read_file(path: Path, name: str, limit: int = MAX_BYTES) -> Content | Refusal:
    """The bytes of a regular file, or why they cannot be had."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(file, "rb") as stream:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                return Refusal(f"{name} is not a regular file.")
            if facts.st_size <= limit:
                raw = stream.read(limit + 1)
                if len(raw) <= limit:
                    return Content(raw, digest(raw))
    except OSError as error:
        return of_os_error(error, name, "read")
    return Refusal(
        f"{name} is larger than {limit // 1_000_000} MB. Use bash to look at a part of it."
    )


def write_files(writes: Sequence[Write]) -> Refusal | None:
    """Write all files or none. A refusal means that every file is as it was before."""
    staged: list[_Staged] = []
    try:
        # One by one into the list, so that what was staged is cleared away when the next fails.
        staged.extend(_stage(write) for write in writes)
        _rename_all(staged)
    except _RefusedError as refused:
        return refused.refusal
    finally:
        for item in staged:
            with contextlib.suppress(OSError):
                os.unlink(item.temporary, dir_fd=item.folder)
            os.close(item.folder)
    return None


def _stage(write: Write) -> _Staged:
    try:
        folder = _open_folder(write)
    except OSError as error:
        raise _RefusedError(of_os_error(error, write.name, "write").text) from error
    temporary = f".inhouse-{secrets.token_hex(6)}.tmp"
    try:
        facts = _facts(write, folder)
        old = _old_bytes(write, folder) if facts else None
        _check_expected(write, old)
        _fill(write, folder, temporary, facts)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        os.close(folder)
        if isinstance(error, OSError):
            raise _RefusedError(of_os_error(error, write.name, "write").text) from error
        raise
    return _Staged(write, folder, temporary, old)


def _open_folder(write: Write) -> int:
    """The target's folder, opened step by step so that no part of it can be a link elsewhere."""
    folder = os.open(write.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in write.path.relative_to(write.base).parts[:-1]:
        try:
            inner = _open_or_make(part, folder, make=not write.expected)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _open_or_make(part: str, folder: int, make: bool) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, dir_fd=folder)
        return os.open(part, _FOLDER, dir_fd=folder)


def _facts(write: Write, folder: int) -> os.stat_result | None:
    try:
        facts = os.stat(write.path.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(facts.st_mode):
        raise _RefusedError(f"{write.name} is a folder.")
    if not stat.S_ISREG(facts.st_mode):
        raise _RefusedError(f"{write.name} is not a regular file.")
    if not facts.st_mode & 0o222:
        raise _RefusedError(f"{write.name} is read-only. Make it writable first (chmod u+w).")
    return facts


def _old_bytes(write: Write, folder: int) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(write.path.name, flags, dir_fd=folder), "rb") as stream:
        return stream.read()


def _check_expected(write: Write, old: bytes | None) -> None:
    found = "" if old is None else digest(old)
    if found == write.expected:
        return
    if old is None:
        raise _RefusedError(f"{write.name} was deleted in the meantime.")
    raise _RefusedError(
        f"{write.name} was changed on disk in the meantime. Call read with "
        f'file_path="{write.name}" and try again.'
    )


def _fill(write: Write, folder: int, temporary: str, facts: os.stat_result | None) -> None:
    """Write and sync the temporary file, with the owner, mode and attributes of the old one."""
    mode = 0o600 if facts else 0o666
    with os.fdopen(os.open(temporary, _NEW, mode, dir_fd=folder), "wb") as stream:
        stream.write(write.raw)
        stream.flush()
        if facts:
            _carry_over(write, folder, stream.fileno(), facts)
        os.fsync(stream.fileno())


def _carry_over(write: Write, folder: int, target: int, facts: os.stat_result) -> None:
    new = os.fstat(target)
    if (new.st_uid, new.st_gid) != (facts.st_uid, facts.st_gid):
        try:
            os.fchown(target, facts.st_uid, facts.st_gid)
        except PermissionError as error:
            raise _RefusedError(
                f"{write.name} belongs to another user or group, and writing it would change that."
            ) from error
    if hasattr(os, "listxattr"):
        _copy_attributes(write, folder, target)
    os.fchmod(target, stat.S_IMODE(facts.st_mode))


def _copy_attributes(write: Write, folder: int, target: int) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    source = os.open(write.path.name, flags, dir_fd=folder)
    try:
        for attribute in os.listxattr(source):
            if attribute.startswith(("security.", "trusted.")):
                continue
            os.setxattr(target, attribute, os.getxattr(source, attribute))
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
    finally:
        os.close(source)


def _rename_all(staged: list[_Staged]) -> None:
    done: list[_Staged] = []
    for item in staged:
        target = item.write.path.name
        try:
            os.rename(item.temporary, target, src_dir_fd=item.folder, dst_dir_fd=item.folder)
            done.append(item)
            os.fsync(item.folder)
        except OSError as error:
            _take_back(done)
            raise _RefusedError(of_os_error(error, item.write.name, "write").text) from error


def _take_back(done: list[_Staged]) -> None:
    """Give the files that were renamed already their old bytes again."""
    for item in done:
        target = item.write.path.name
        try:
            if item.old is None:
                os.unlink(target, dir_fd=item.folder)
                continue
            facts = _facts(item.write, item.folder)
            old = Write(item.write.base, item.write.path, item.write.name, item.old, "")
            _fill(old, item.folder, item.temporary, facts)
            os.rename(item.temporary, target, src_dir_fd=item.folder, dst_dir_fd=item.folder)
        except OSError as error:
            raise _RefusedError(
                f"{item.write.name} was written and could not be restored: {error.strerror}."
            ) from error
