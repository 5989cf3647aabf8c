"""Whether processes that a test has started, or that something started for it, have ended."""

import os
import select


def gone(pid: int, seconds: float = 30) -> bool:
    """Whether a process has ended, or does so within some seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        ended, _writable, _errors = select.select([handle], [], [], seconds)
    finally:
        os.close(handle)
    return bool(ended)
