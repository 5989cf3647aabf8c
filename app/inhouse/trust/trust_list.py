"""The person's list of decisions on disk: read with care, changed under a lock, never lost."""

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inhouse.trust.entry import Entry, decode, encode, read_torn
from inhouse_agent.folders import state_folder
from inhouse_tools.writing.small_file import hold_file

MOST_BYTES: Final = 5_000_000
HEADER: Final = '{{"format": "inhouse trust", "version": 1, "entries": {}}}'
NOT_OBEYED: Final = "The list of trusted folders, {}, {}. Nothing is trusted until then."
PUT_ASIDE: Final = (
    "The list of trusted folders was damaged: it is kept as {}, nothing is trusted until you say so"
    " again, and {}."
)


@dataclass(frozen=True, slots=True)
class TrustList:
    """The decisions by path.

    `problem` says, for a person, why the list is not obeyed: then it holds no more than the
    folders that are not to be trusted, as far as they can be read. It is `damaged` when its
    content is the reason, and the next change puts it aside.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict[str, Entry])
    problem: str = ""
    damaged: bool = False


def list_file() -> Path:
    """Where the decisions are kept: one a line, so that damage to one leaves the others."""
    return state_folder() / "trust.jsonl"


def read_list() -> TrustList:
    """What the person has decided. A list that somebody else could have written trusts nothing."""
    file = list_file()
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return TrustList()
    except OSError as error:
        text = "is a symbolic link: put the file itself there" if file.is_symlink() else ""
        return TrustList(problem=_not_obeyed(text or f"cannot be read: {error.strerror}"))
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            os.close(descriptor)
            return TrustList(problem=_not_obeyed("is no regular file: move it away"))
        with os.fdopen(descriptor, "rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
        problem = _who_may_write(file, facts)
    except OSError as error:
        return TrustList(problem=_not_obeyed(f"cannot be read: {error.strerror}"))
    found = _parse(raw)
    return TrustList(_untrusted(found.entries), _not_obeyed(problem)) if problem else found


def change_list(changed: Mapping[str, Entry | None]) -> str:
    """Set these decisions by path, None to forget one. Returns what the person should know.

    A damaged list is put aside first, and with it all trust in it. Raises OSError, also for a list
    that is somebody else's.
    """
    with hold_file(list_file()) as held:
        now = read_list()
        if now.problem and not now.damaged:
            raise PermissionError(errno.EPERM, now.problem, str(list_file()))
        said = _put_aside_text(held.put_aside(), now) if now.damaged else ""
        entries = dict(now.entries)
        for path, entry in changed.items():
            if entry is None:
                entries.pop(path, None)
            else:
                entries[path] = entry
        lines = [HEADER.format(len(entries)), *(encode(entries[path]) for path in sorted(entries))]
        held.replace("".join(f"{line}\n" for line in lines).encode())
    return said


def mend_list() -> str:
    """Put a damaged list aside and keep what can be kept; what the person should know, if any."""
    now = read_list()
    if not now.damaged:
        return now.problem
    try:
        return change_list({})
    except OSError:
        return now.problem


def _parse(raw: bytes) -> TrustList:
    whole = len(raw) <= MOST_BYTES and raw.endswith(b"\n")
    first, *lines = raw[:MOST_BYTES].decode("utf-8", "replace").split("\n")
    found = [(line, decode(line)) for line in lines if line]
    entries = {entry.path: entry for _line, entry in found if entry is not None}
    if whole and first == HEADER.format(len(found)) and len(entries) == len(found):
        return TrustList(entries)
    torn = [read_torn(line) for line in (first, *lines) if line]
    marks = {entry.path: entry for entry in torn if entry is not None}
    return TrustList({**_untrusted(entries), **marks}, _not_obeyed("is damaged"), damaged=True)


def _untrusted(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {path: entry for path, entry in entries.items() if entry.decision == "untrusted"}


def _who_may_write(file: Path, facts: os.stat_result) -> str:
    """Why a list is not obeyed that others can write, or that is not the person's own."""
    above = file.parent.stat()
    for name, one in ((file, facts), (file.parent, above)):
        if one.st_uid not in (os.getuid(), 0):
            return f"is not obeyed: {name} belongs to another user"
    if facts.st_mode & stat.S_IWOTH:
        return f"can be written by everyone: look at it, then chmod o-w {file}"
    if above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX:
        return f"lies where everyone can write: look at it, then chmod o-w {file.parent}"
    return ""


def _not_obeyed(reason: str) -> str:
    return NOT_OBEYED.format(list_file(), reason)


def _put_aside_text(aside: Path, now: TrustList) -> str:
    count = len(now.entries)
    kept = {0: "no folder was marked as untrusted", 1: "the folder marked as untrusted stays so"}
    return PUT_ASIDE.format(aside, kept.get(count, f"{count} folders marked as untrusted stay so"))
