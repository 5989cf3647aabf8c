"""Reads what strace wrote: which part of inhouse opened which sockets."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Role = Literal["front end", "runner", "engine", "sandbox", "commands"]
ROLES: Final[tuple[Role, ...]] = ("front end", "runner", "engine", "sandbox", "commands")
"""The runner starts programs and is not cut off; the sandbox is bubblewrap while it sets up."""
LOCAL: Final = "AF_UNIX"
# bubblewrap asks the kernel, over this, for the loopback interface of an empty network.
OF_SANDBOX: Final = "AF_NETLINK"
RING: Final = "io_uring"
STARTING: Final = ("clone", "clone3", "fork", "vfork")
CALLS: Final = ("socket", "connect", "io_uring_setup", "seccomp", "execve", *STARTING)
_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_RESULT = re.compile(r"\) += (-?\d+)")
_FAMILY = re.compile(r"\b[AP]F_\w+|0x[0-9a-f]+|\d+")
_ADDRESS = re.compile(r"sa_family=(\w+)")
_UNFINISHED = "<unfinished ...>"
_ENGINE = '"inhouse_models.host"'
_SANDBOX = re.compile(r'"[^"]*/bwrap",')


@dataclass(slots=True)
class Calls:
    """What one part did, by address family; `refused` are sockets that the kernel denied it.

    `filtered` when it put a filter of system calls on itself.
    """

    sockets: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    connections: Counter[str] = field(default_factory=Counter[str])
    filtered: bool = False

    def foreign(self, *allowed: str) -> Counter[str]:
        """Sockets of other families than these."""
        return Counter({name: n for name, n in self.sockets.items() if name not in allowed})


def read_trace(lines: Iterable[str]) -> dict[Role, Calls]:
    """The calls of each part, from the lines of `strace -f -e trace=CALLS`."""
    records = _records(lines)
    family = _Family(records)
    calls: dict[Role, Calls] = {role: Calls() for role in ROLES}
    for record in records:
        if record.name == "execve":
            family.become(record)
        _count(calls[family.role_of(record.pid)], record)
    return calls


def leaks_of(calls: dict[Role, Calls]) -> list[str]:
    """What could have left the machine, in words; empty when nothing could.

    inhouse itself may not even try. What a command tried and the kernel refused is no leak.
    """
    leaks: list[str] = []
    for role in ROLES:
        found = calls[role].foreign(LOCAL, *([OF_SANDBOX] if role == "sandbox" else ()))
        if role in ("sandbox", "commands"):
            found -= calls[role].refused
        leaks += [f"{role}: {count} x {family}" for family, count in sorted(found.items())]
    return leaks


@dataclass(slots=True)
class _Record:
    """One call: the process, its name, and its arguments with what it returned."""

    pid: int
    name: str
    text: str

    @property
    def result(self) -> int | None:
        """What it returned; None when the process ended before."""
        found = _RESULT.search(self.text)
        return int(found[1]) if found else None


def _records(lines: Iterable[str]) -> list[_Record]:
    """The calls in the order they were begun; two lines about one call are joined."""
    records: list[_Record] = []
    unfinished: dict[int, _Record] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        pid = int(found[1])
        if found[2]:
            if pid in unfinished:
                unfinished.pop(pid).text += found[4]
            continue
        records.append(_Record(pid, found[3], found[4]))
        if found[4].endswith(_UNFINISHED):
            unfinished[pid] = records[-1]
    return records


class _Family:
    """Who started whom, and so which part a process belongs to."""

    def __init__(self, records: Sequence[_Record]) -> None:
        started = [one for one in records if one.name in STARTING]
        self._parents = {one.result: one for one in started if one.result}
        self._roles: dict[int, Role] = {records[0].pid: "front end"} if records else {}
        self._first = records[0].pid if records else 0

    def role_of(self, pid: int) -> Role:
        """The part it belongs to now."""
        if pid not in self._roles:
            # Until it is known, so that ids of another namespace cannot lead in a circle.
            self._roles[pid] = "commands"
            self._roles[pid] = self._inherit(pid)
        return self._roles[pid]

    def become(self, record: _Record) -> None:
        """A process becomes another program."""
        before = self.role_of(record.pid)
        if record.pid == self._first or before == "engine":
            return
        if _ENGINE in record.text:
            self._roles[record.pid] = "engine"
        elif _SANDBOX.match(record.text.lstrip("(")):
            self._roles[record.pid] = "sandbox"
        else:
            self._roles[record.pid] = "commands"

    def _inherit(self, pid: int) -> Role:
        begun = self._parents.get(pid)
        if begun is None:
            # In process ids of their own only commands run.
            return "commands"
        role = self.role_of(begun.pid)
        return "runner" if role == "front end" and "CLONE_THREAD" not in begun.text else role


def _count(calls: Calls, record: _Record) -> None:
    result = record.result
    if record.name == "io_uring_setup":
        calls.sockets[RING] += 1
        calls.refused[RING] += result is not None and result < 0
    elif record.name == "socket":
        family = _FAMILY.search(record.text)
        name = family[0] if family else "unknown"
        calls.sockets[name] += 1
        calls.refused[name] += result is not None and result < 0
    elif record.name == "connect":
        family = _ADDRESS.search(record.text)
        calls.connections[family[1] if family else "unknown"] += 1
    elif record.name == "seccomp" and result == 0:
        calls.filtered = True
