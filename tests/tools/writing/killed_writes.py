"""Kills a write of five files at each of its system calls, and the recovery from it as well.

Run as a script with an empty folder, and perhaps a number of further files: then the recovery is
not killed, which would take long. Writes one JSON object. The write is killed by SIGKILL in a
forked process. The recovery is stopped as a kill would stop it: from one call on nothing is done
any more, which is the same for the disk and far quicker. Every call that the code under test makes
of the system goes through a counted one, and an audit hook says when one does not.
"""

import fcntl
import itertools
import json
import os
import secrets
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inhouse_tools.writing.files import Write, digest, write_files
from inhouse_tools.writing.journal import recover

CHANGING = {
    *("chmod", "chown", "close", "fchmod", "fchown", "fsync", "link", "mkdir", "open", "rename"),
    *("replace", "rmdir", "setxattr", "symlink", "truncate", "unlink", "utime", "write"),
}
IDLE = {"close", "flock", "fsync"}
AUDITED = {"fcntl.flock", "os.remove", *(f"os.{name}" for name in CHANGING - {"open"})}
State = dict[str, tuple[str, int, str]]


class KilledError(BaseException):
    """Stands for the end of the process."""


class Counted:
    """The system's calls, of which the last one is not made: there the process is killed, or only
    this `action` ended. Then those alone count that change what stands on the disk: a kill before
    any other leaves the same as one before the next of these.
    """

    def __init__(self) -> None:
        self.left = 0
        self.action_alone = False
        self.inside = 0
        self.watching = False
        for name in CHANGING:
            setattr(os, name, self._counted(name, getattr(os, name)))
        fcntl.flock = self._counted("flock", fcntl.flock)
        sys.addaudithook(self._check)

    def start(self, last: int, action_alone: bool) -> None:
        """Count from now on."""
        self.left, self.action_alone, self.watching = last, action_alone, True

    def stop(self) -> None:
        """Let every call through."""
        self.watching = False

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            if not self.watching:
                return call(*arguments, **named)
            self._count(name, arguments)
            self.inside += 1
            try:
                # A killed process cannot tell whether its bytes were synced.
                return None if name == "fsync" else call(*arguments, **named)
            finally:
                self.inside -= 1

        return counted

    def _count(self, name: str, arguments: tuple[Any, ...]) -> None:
        if self.action_alone:
            reads = name == "open" and not arguments[1] & (os.O_CREAT | os.O_TRUNC)
            if reads or name in IDLE:
                return
        self.left -= 1
        if self.left > 0:
            return
        if self.action_alone:
            raise KilledError
        os.kill(os.getpid(), signal.SIGKILL)

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching or self.inside:
            return
        mode = arguments[1] if event == "open" and len(arguments) > 1 else ""
        writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if event in AUDITED or writes:
            sys.stderr.write(f"not counted: {event} {arguments}\n")
            sys.stderr.flush()
            os._exit(3)


def state_of(folder: Path) -> State:
    """What stands in a folder: kind, mode and content by path."""
    found: State = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        content = path.read_bytes().decode() if stat.S_ISREG(facts.st_mode) else ""
        kind = stat.filemode(facts.st_mode)[0]
        found[str(path.relative_to(folder))] = (kind, stat.S_IMODE(facts.st_mode), content)
    return found


def build(folder: Path, further: int) -> None:
    """A tree before the write, and an empty folder for its records."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tree" / "sub").mkdir(parents=True)
    (folder / "state").mkdir(mode=0o700)
    for name in ("a", "sub/b", "sub/gone", "run", *names_of(further)):
        (folder / "tree" / name).write_text(f"old {name}")


def names_of(further: int) -> list[str]:
    """Further files that are changed."""
    return [f"sub/further{number}" for number in range(further)]


def all_writes(tree: Path, further: int) -> list[Write]:
    """Two files changed, one made in new folders, one deleted, one given another mode."""

    def one(name: str, raw: bytes | None, mode: int | None = None, new: bool = False) -> Write:
        expected = "" if new else digest(f"old {name}".encode())
        return Write(tree, tree / name, name, raw, expected, mode)

    return [
        one("a", b"new a"),
        one("sub/b", b"new b"),
        one("made/for/it", b"new", new=True),
        one("sub/gone", None),
        one("run", b"old run", mode=0o755),
        *(one(name, b"new") for name in names_of(further)),
    ]


def killed(counted: Counted, action: Callable[[], object], last: int) -> bool:
    """Whether the process that does an action is killed at its call of that number."""
    child = os.fork()
    if child == 0:
        counted.start(last, action_alone=False)
        action()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status:
        sys.exit(f"the process ended with status {status}")
    return False


def stopped(counted: Counted, action: Callable[[], object], last: int) -> bool:
    """Whether an action is stopped at that of its calls that change the disk."""
    counted.start(last, action_alone=True)
    try:
        action()
    except KilledError:
        return True
    finally:
        counted.stop()
    return False


def write_in(folder: Path, further: int) -> None:
    """The write itself; it must not be refused."""
    refused = write_files(all_writes(folder / "tree", further), folder / "state")
    if refused:
        raise SystemExit(refused.text)


class Kills:
    """A folder in which writes are killed, and all states that this leaves."""

    def __init__(self, work: Path, further: int) -> None:
        self.work = work
        self.further = further
        self.counted = Counted()
        self.states: list[State] = []
        self._known: set[frozenset[tuple[str, tuple[str, int, str]]]] = set()

    def keep(self) -> None:
        """Keep the state now, unless it was seen before."""
        left = state_of(self.work)
        key = frozenset(left.items())
        if key not in self._known:
            self._known.add(key)
            self.states.append(left)

    def restore(self, state: State) -> None:
        """Go back to a state."""
        shutil.rmtree(self.work)
        self.work.mkdir()
        for name, (kind, mode, content) in state.items():
            path = self.work / name
            if kind == "d":
                path.mkdir()
            else:
                path.write_text(content)
            path.chmod(mode)

    def kill_write(self) -> int:
        """Kill the write at each call; how often it was killed."""
        for last in itertools.count(1):
            build(self.work, self.further)
            ended = killed(self.counted, lambda: write_in(self.work, self.further), last)
            self.keep()
            if not ended:
                return last - 1
        raise AssertionError

    def kill_recovery(self, state: State) -> int:
        """Kill the recovery from a state at each call; how often it was killed."""
        for last in itertools.count(1):
            self.restore(state)
            if not stopped(self.counted, lambda: recover(self.work / "state"), last):
                return last - 1
            self.keep()
        raise AssertionError

    def recover(self, state: State) -> int:
        """Recover from a state, never killed."""
        self.restore(state)
        recover(self.work / "state")
        return 0


def main(folder: Path, further: int) -> None:
    """Every kill of the write, and of the recovery from each state that any kill has left."""
    # Names that come out the same each time make states comparable.
    secrets.token_hex = lambda nbytes=None: "0" * 8
    time.time_ns = lambda: 1
    kills = Kills(folder / "work", further)
    tree, records = kills.work / "tree", kills.work / "state"
    build(kills.work, further)
    old = state_of(tree)
    write_in(kills.work, further)
    new = state_of(tree)
    writes = kills.kill_write()
    ended = {"old": 0, "new": 0, "half": 0, "litter": 0}
    recoveries = 0
    # What a stopped recovery leaves is put behind them and has its turn as well.
    for state in kills.states:
        recoveries += (kills.recover if further else kills.kill_recovery)(state)
        now = state_of(tree)
        ended["old" if now == old else "new" if now == new else "half"] += 1
        ended["litter"] += bool(set(state_of(records)) - {"writes", "writes/lock"})
    json.dump({"writes": writes, "recoveries": recoveries, "ended": ended}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
