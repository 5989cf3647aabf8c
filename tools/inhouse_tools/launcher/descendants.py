"""Ending every process that a command started, also those that left its session."""

import ctypes
import os
import signal
import time

_BECOME_SUBREAPER, _SIGNAL_WHEN_PARENT_ENDS = 36, 1
PATIENCE_SECONDS = 1.2
"""Less than the runner of programs gives a group to end itself."""


def adopt_orphans() -> None:
    """From now on a process whose parent ends becomes our child, however it was detached."""
    ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Have this process killed when the one that started it ends."""
    ctypes.CDLL(None).prctl(_SIGNAL_WHEN_PARENT_ENDS, signal.SIGKILL, 0, 0, 0)


def end_all() -> None:
    """Kill all descendants and take their exit codes.

    They are stopped first: a stopped process starts no other, so the second look finds all of them.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    stopped: set[int] = set()
    while new := _descendants() - stopped:
        for pid in new:
            _send(pid, signal.SIGSTOP)
        stopped |= new
        if time.monotonic() > until:
            break
    for pid in stopped:
        _send(pid, signal.SIGKILL)
    while time.monotonic() < until:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _descendants() -> set[int]:
    """Processes below us that run, by their parents; those that ended already are not listed."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] != b"Z":
            children.setdefault(int(fields[1]), []).append(int(name))
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            if pid not in found:
                found.add(pid)
                waiting.append(pid)
    return found
