"""Standard streams that never get in the way: closed, full, or read by nobody."""

import contextlib
import errno
import io
import os
import sys

# What a full or failing disk answers.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Complaints(io.TextIOWrapper):
    """Standard error that drops what cannot be written: no work stops because it is not told."""

    def write(self, text: str, /) -> int:
        """Write text, or act as if."""
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Hand it to the system, or act as if."""
        with contextlib.suppress(OSError):
            super().flush()


def prepare_streams() -> None:
    """Give closed streams a home, and never fail on a character a terminal cannot show."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(descriptor, "r" if name == "stdin" else "w"))
        elif name != "stdin":
            stream.reconfigure(errors="backslashreplace")
    raw = open(sys.stderr.fileno(), "wb", closefd=False)  # noqa: SIM115 - it is open already, and stays so
    sys.stderr = Complaints(raw, sys.stderr.encoding, "backslashreplace", line_buffering=True)


def silence_output() -> None:
    """Nobody can take our output: keep the interpreter from reporting that at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
