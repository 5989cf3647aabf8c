"""Runs an action in a process of its own and stops it, or lets it fail, at any of its system calls.

strace does that from outside where it can be had: it sees the calls of libraries, too, such as
SQLite's. Elsewhere `Wrapped` stands in for it, which sees those that Python's `os` makes.
"""

import ctypes
import errno
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, cast

PR_SET_PTRACER: Final = 0x59616D61
ANY_TRACER: Final = -1
CALL: Final = re.compile(r"^(?:\d+ +)?([a-z_0-9]+)\(")
MARK: Final = "getppid"
"""Stands before and behind the action in its trace; nothing else calls it."""
GO: Final = signal.SIGUSR1
"""Ends the wait for the tracer; no action makes a call like that wait."""
Action = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A system call by its name, and the how-manieth of this name it is, counted from 1."""

    call: str
    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of the process: `said` is the action's result, `broken` a traceback."""

    killed: bool
    said: str = ""
    broken: str = ""


class Tracer(Protocol):
    """What stops processes."""

    name: str

    def record(self, action: Action) -> tuple[list[str], Ended]:
        """The system calls that an action makes, a line each."""
        ...

    def kill(self, action: Action, at: Point) -> Ended:
        """Run an action, and kill it right before a call."""
        ...

    def fail(self, action: Action, at: Point, error: str, *, always: bool = False) -> Ended:
        """Run an action in which a call fails with an error, such as ENOSPC, or all from it on."""
        ...


def points_of(lines: Sequence[str]) -> list[Point]:
    """Every call between the marks; calls before the first one count, as they do for strace."""
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Point, None] = {}
    marks = 0
    for line in lines:
        match = CALL.match(line)
        if match is None:
            continue
        call, thread = match[1], line.split(" ", 1)[0] if line[:1].isdigit() else ""
        marks += call == MARK
        seen[thread, call] += 1
        if marks == 1 and call != MARK:
            found[Point(call, seen[thread, call])] = None
    return list(found)


class Strace:
    """Attaches strace to a process that waits for it, so that its start is not in the way."""

    name = "strace"

    def __init__(self, folder: Path) -> None:
        self._out = folder / "trace.txt"

    def record(self, action: Action) -> tuple[list[str], Ended]:
        """All lines, with the paths of descriptors."""
        ended = self._run(action, ["-y", "-s", "4096", "-o", str(self._out)])
        return self._out.read_text(errors="replace").splitlines(), ended

    def kill(self, action: Action, at: Point) -> Ended:
        """By SIGKILL when the call begins."""
        return self._inject(action, at, "signal=SIGKILL")

    def fail(self, action: Action, at: Point, error: str, *, always: bool = False) -> Ended:
        """The call is not made."""
        return self._inject(action, at, f"error={error}", "+" if always else "")

    def _inject(self, action: Action, at: Point, what: str, further: str = "") -> Ended:
        inject = f"inject={at.call}:{what}:when={at.number}{further}"
        return self._run(action, ["-e", f"trace={at.call}", "-e", inject, "-o", os.devnull])

    def _run(self, action: Action, options: Sequence[str]) -> Ended:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {GO})
        child = _fork(action, lambda: signal.sigwait({GO}))
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        command = ["strace", "-f", *options, "-p", str(child.process)]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        os.kill(child.process, GO)
        ended = child.wait()
        tracer.communicate()
        if "attached" not in said:
            raise RuntimeError(f"strace cannot trace here: {said.strip()}")
        return ended


class Wrapped:
    """Replaces the functions of `os` by counted ones, in the process of the action alone."""

    name = "wrapped os"
    CALLS: Final = (
        *("open", "read", "write", "pread", "pwrite", "close", "fsync", "rename", "replace"),
        *("unlink", "remove", "mkdir", "rmdir", "link", "symlink", "chmod", "fchmod", "fchown"),
        *("ftruncate", "stat", "lstat", "fstat", "scandir", "listdir"),
    )

    def record(self, action: Action) -> tuple[list[str], Ended]:
        """Names only."""
        calls: list[str] = []

        def counted() -> str:
            self._wrap(lambda call, _number: calls.append(call))
            action()
            return json.dumps(calls)

        ended = _fork(counted).wait()
        names = cast("list[str]", json.loads(ended.said)) if ended.said else []
        return [f"{name}()" for name in (MARK, *names, MARK)], ended

    def kill(self, action: Action, at: Point) -> Ended:
        """By SIGKILL right before the call."""

        def stop(call: str, number: int) -> None:
            if Point(call, number) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        return self._run(action, stop)

    def fail(self, action: Action, at: Point, error: str, *, always: bool = False) -> Ended:
        """The call is not made."""
        number_of_error = getattr(errno, error)

        def stop(call: str, number: int) -> None:
            if Point(call, number) == at or (always and call == at.call and number > at.number):
                raise OSError(number_of_error, os.strerror(number_of_error))

        return self._run(action, stop)

    def _run(self, action: Action, stop: Callable[[str, int], None]) -> Ended:
        def act() -> str:
            self._wrap(stop)
            return action()

        return _fork(act).wait()

    def _wrap(self, before: Callable[[str, int], None]) -> None:
        seen: Counter[str] = Counter()

        def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                seen[name] += 1
                before(name, seen[name])
                return real(*arguments, **named)

            return call

        for name in self.CALLS:
            setattr(os, name, wrapped(name, getattr(os, name)))
        fcntl.flock = wrapped("flock", fcntl.flock)


@dataclass(frozen=True, slots=True)
class _Child:
    process: int
    result: int

    def wait(self) -> Ended:
        with os.fdopen(self.result, "rb") as stream:
            raw = stream.read()
        _process, status = os.waitpid(self.process, 0)
        if os.WIFSIGNALED(status):
            return Ended(killed=os.WTERMSIG(status) == signal.SIGKILL)
        if not raw:
            return Ended(killed=False, broken="the process ended without a word")
        return Ended(killed=False, **json.loads(raw))


def _fork(action: Action, wait: Callable[[], object] = lambda: None) -> _Child:
    read, write = os.pipe()
    process = os.fork()
    if process:
        os.close(write)
        return _Child(process, read)
    os.close(read)
    try:
        # Some systems let only a process's parent trace it, unless it says otherwise.
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY_TRACER, 0, 0, 0)
        wait()
        os.getppid()
        told = {"said": action()}
        os.getppid()
    except BaseException:  # noqa: BLE001 - the other process says it
        told = {"broken": traceback.format_exc()}
    with os.fdopen(write, "wb") as stream:
        stream.write(json.dumps(told).encode())
    os._exit(0)


def find_tracer(folder: Path) -> Tracer:
    """strace where it can be had; on Linux nothing else will do. Raises RuntimeError."""
    if shutil.which("strace"):
        return Strace(folder)
    if sys.platform == "linux":
        raise RuntimeError("strace is missing: apt-get install strace")
    return Wrapped()
