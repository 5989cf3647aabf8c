"""What of inhouse runs now: it would write again what is removed."""

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from typing import Final

from inhouse_models.host.control import engine_status, stop_engines

PROCESSES: Final = Path("/proc")
MOST_SECONDS: Final = 60.0
SECONDS_BETWEEN_LOOKS: Final = 0.05
FOLDER_VARIABLES: Final = ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
PYTHON_OPTIONS: Final = frozenset({"-I", "-P", "-E", "-s", "-S", "-B", "-u"})
_Seen = tuple[int, int, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Running:
    """A process of inhouse; `words` is its command line after the program."""

    pid: int
    words: tuple[str, ...]

    @property
    def serves(self) -> bool:
        """Whether it is `inhouse serve`, which ends by itself when it is asked to."""
        return self.words[:1] == ("serve",)


def find_running(processes: Path = PROCESSES) -> tuple[Running, ...]:
    """Other processes of inhouse that write to the same folders, but no engine.

    Linux shows them; elsewhere none is found.
    """
    seen = [one for place in processes.glob("[0-9]*") if (one := _look_at(place)) is not None]
    parents = {pid: parent for pid, parent, _words in seen}
    ours, pid = {os.getpid()}, os.getpid()
    while pid in parents:
        pid = parents[pid]
        ours.add(pid)
    # A child of one of them, or of us, is its runner, which ends with it.
    inhouse = {os.getpid(), *(pid for pid, _parent, words in seen if words is not None)}
    return tuple(
        Running(pid, words)
        for pid, parent, words in sorted(seen)
        if words is not None and pid not in ours and parent not in inhouse
    )


def _look_at(place: Path) -> _Seen | None:
    """A process of this user: id, parent, and its words when it is inhouse with our folders."""
    try:
        if place.stat().st_uid != os.geteuid():
            return None
        parent = int((place / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        words = words_of((place / "cmdline").read_text(errors="replace").split("\0")[:-1])
        if words is not None:
            given = (place / "environ").read_text(errors="surrogateescape").split("\0")
            environment = {name: value for name, _, value in (one.partition("=") for one in given)}
            if any(environment.get(name) != os.environ.get(name) for name in FOLDER_VARIABLES):
                words = None
    except OSError:
        return None
    return int(place.name), parent, words


def words_of(argv: list[str]) -> tuple[str, ...] | None:
    """What follows the program in a command line of inhouse; None for any other program."""
    if argv and Path(argv[0]).name.startswith("python"):
        argv = list(dropwhile(lambda word: word in PYTHON_OPTIONS, argv[1:]))
        argv = ["inhouse", *argv[2:]] if argv[:2] == ["-m", "inhouse.start"] else argv
    return tuple(argv[1:]) if argv and Path(argv[0]).name == "inhouse" else None


def open_sessions(folder: Path) -> tuple[str, ...]:
    """The ids of the sessions that another process has open: it holds a lock."""
    return tuple(path.stem for path in sorted(folder.glob("*.jsonl")) if _is_locked(path))


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # A file system without locks tells nothing.
        return False
    finally:
        os.close(descriptor)
    return False


def end_running(serving: list[int]) -> tuple[int, ...]:
    """Ask `inhouse serve` and every engine to end, and wait; returns the ids of those that stay."""
    for pid in serving:
        # It may have ended since it was found.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    left = _wait_for(serving)
    engines = [one.pid for one in asyncio.run(engine_status())]
    asyncio.run(stop_engines())
    return (*left, *_wait_for(engines))


def _wait_for(processes: list[int]) -> tuple[int, ...]:
    end = time.monotonic() + MOST_SECONDS
    while (left := [pid for pid in processes if _lives(pid)]) and time.monotonic() < end:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return tuple(left)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        # There is no /proc to tell a process that ended from one that nobody has waited for.
        return not PROCESSES.joinpath("self").exists()
    except ProcessLookupError:
        return False
