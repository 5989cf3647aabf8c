"""Files for their owner's eyes only: written whole or not at all, also beside other writers."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

PART = ".part"


def write_private(path: Path, parts: Sequence[bytes]) -> None:
    """Write a file and its folder, so that a power cut, too, leaves it whole, the old or the new.

    Raises OSError and leaves nothing behind. The tools have the like of it for settings; models
    and tools do not know each other, and these files may have gigabytes.
    """
    try:
        _write(path, parts)
    except FileNotFoundError:
        # Another process cleared the folder in between.
        _write(path, parts)


def _write(path: Path, parts: Sequence[bytes]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{PART}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            # Who sweeps sees by the lock that somebody still writes; some file systems have none.
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
    except OSError:
        delete_file(temporary)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder lasting. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep_parts(folder: Path, *, deep: bool = True) -> None:
    """Delete what killed writers left in the folders of this one, or in it alone."""
    for path in folder.glob(f"*/.*{PART}" if deep else f".*{PART}"):
        # An error means that it is gone, or that somebody writes it.
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def delete_file(path: Path) -> None:
    """Delete a file if that can be done: what stays is found again another time."""
    with contextlib.suppress(OSError):
        path.unlink()
