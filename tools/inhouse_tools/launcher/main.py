"""Starts a command in a Landlock domain, waits for it, ends what it left and puts files back."""

from __future__ import annotations

import os
import signal
import sys

from inhouse_tools.launcher import descendants, kept, rules

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
NOT_CONFINED = 78
NOT_FOUND = 127
LISTS = ("writable", "readable", "hidden", "devices", "protected")
TEMPORARY = "/tmp"  # noqa: S108 - only the parent of a folder with a random name
TYPE_CHECKING = False
if TYPE_CHECKING:
    # Never imported: it would take longer than all the rest.
    from types import FrameType
    from typing import NoReturn


class Wanted:
    """What a command may do, as `arguments` of the launcher say it.

    "1" when the network is free, the filter in hexadecimal, then for each list how many there are
    and so many paths; what follows is the command.
    """

    # Not a dataclass: what those import takes longer than all the rest of the launcher.

    def __init__(self, arguments: list[str]) -> None:
        rest = list(arguments)
        self.ports = rest.pop(0) == "1"
        self.filter = bytes.fromhex(rest.pop(0))
        lists: list[list[str]] = []
        for _name in LISTS:
            end = int(rest[0]) + 1
            lists.append(rest[1:end])
            del rest[:end]
        self.writable, self.readable, self.hidden, self.devices, self.protected = lists
        self.command = rest


def main(arguments: list[str]) -> NoReturn:
    """Run the command of `arguments`, which `Wanted` describes, and end as it ended."""
    wanted = Wanted(arguments)
    before = kept.take_down(wanted.protected)
    missing = [path for path in wanted.protected if not os.path.lexists(path)]
    temporary = f"{TEMPORARY}/inhouse-command-{os.urandom(8).hex()}"
    os.mkdir(temporary, 0o700)
    descendants.adopt_orphans()
    ending = NOT_CONFINED << 8
    try:
        for number in ENDING:
            signal.signal(number, _stop)
        # What arrives in between is for the command, once it is one.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        child = os.fork()
        if child == 0:
            _become(wanted, temporary)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        ending = _wait(child)
    except _Stopped as stopped:
        ending = stopped.number
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        descendants.end_all()
        notes = kept.put_back(before, missing, wanted.protected)
        _remove(temporary)
    for note in notes:
        sys.stderr.write(f"[inhouse: {note}]\n")
    sys.stderr.flush()
    _end_like(ending)


def _remove(folder: str) -> None:
    """Delete a folder of the command, whatever modes it left in it."""
    for parent, folders, files in os.walk(folder, topdown=True):
        os.chmod(parent, 0o700)
        for name in (*files, *(name for name in folders if os.path.islink(f"{parent}/{name}"))):
            os.unlink(f"{parent}/{name}")
    for parent, _folders, _files in os.walk(folder, topdown=False):
        os.rmdir(parent)


class _Stopped(Exception):  # noqa: N818 - it is no error: somebody ended the command
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped(number)


def _wait(child: int) -> int:
    """How the command ended, as wait(2) says it; orphans that we adopted are reaped on the way."""
    while True:
        pid, ending = os.wait()
        if pid == child:
            return ending


def _become(wanted: Wanted, temporary: str) -> NoReturn:
    """Confine this process and become the command."""
    try:
        for number in (*ENDING, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        descendants.end_with_parent()
        given = [("/", rules.LIST)]
        given += [(path, rules.READ) for path in rules.all_but(wanted.hidden)]
        given += [(path, rules.READ) for path in wanted.readable]
        given += [(path, rules.WRITE) for path in (*wanted.writable, temporary)]
        given += [(path, rules.DEVICE) for path in wanted.devices]
        rules.restrict(given, ports=wanted.ports)
        rules.give_up_privileges()
        rules.install_filter(wanted.filter)
        os.environ["TMPDIR"] = temporary
        os.environ["XDG_CACHE_HOME"] = f"{temporary}/.cache"
    except OSError as error:
        sys.stderr.write(f"Not started, since the boundary failed: {error}\n")
        sys.stderr.flush()
        os._exit(NOT_CONFINED)
    try:
        os.execvp(wanted.command[0], wanted.command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{wanted.command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(NOT_FOUND)


def _end_like(ending: int) -> NoReturn:
    if os.WIFSIGNALED(ending):
        number = os.WTERMSIG(ending)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    sys.exit(os.waitstatus_to_exitcode(ending))
