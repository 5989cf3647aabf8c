"""Whether the process that runs a turn still lives: it holds a lock that ends with it."""

import contextlib
import fcntl
import os
from pathlib import Path

from inhouse_tools.writing.small_file import make_private

MOVING = "moving"
"""The lock of whoever takes turns back or does them again."""


class Held:
    """A lock that is held until it is let go, or until the process ends."""

    def __init__(self, file: Path, descriptor: int) -> None:
        self._file = file
        self._descriptor = descriptor

    def let_go(self) -> None:
        """End it; doing so twice does nothing."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def hold(folder: Path, name: str) -> Held | None:
    """The lock of this name, None when another process holds it. Raises OSError."""
    make_private(folder)
    file = folder / f"{name}.lock"
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        if _is_still(file, descriptor):
            return Held(file, descriptor)
        # Its last holder removed it in between.
        os.close(descriptor)


def is_held(folder: Path, name: str) -> bool:
    """Whether some process holds this lock. Raises OSError."""
    held = hold(folder, name)
    if held is not None:
        held.let_go()
    return held is None


def _is_still(file: Path, descriptor: int) -> bool:
    try:
        return file.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
