"""The tree as it was seen last, and what is different now."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.bulk import is_too_bulky
from inhouse_tools.undo.entry import MAX_FILE_BYTES, MISSING, Entry, Reason, read_entry, uncovered
from inhouse_tools.undo.ground import Ground, may
from inhouse_tools.undo.reading import Fresh, read_fresh, signature_of
from inhouse_tools.undo.record import Difference
from inhouse_tools.undo.walk import Walk

MAX_FILES: Final = 250_000
TOO_MANY: Final = (
    f"There are more than {MAX_FILES:,} files here: what commands change cannot be taken back."
)
MANY_BYTES: Final = 200_000_000
MANY_FILES: Final = 10_000


@dataclass(slots=True)
class Sight:
    """What one look brought: `uncovered` are the names that cannot be brought back, and why;
    `closed` are folders that could be read the last time and cannot any more."""

    differences: list[Difference] = field(default_factory=list[Difference])
    uncovered: dict[bytes, Entry] = field(default_factory=dict[bytes, Entry])
    closed: list[bytes] = field(default_factory=list[bytes])


class _Row(NamedTuple):
    """A path as it is stored; its file is unchanged while it has this signature."""

    kind: str
    mode: int
    value: bytes
    signature: bytes

    @property
    def entry(self) -> Entry:
        """What stood there. Of a damaged row nobody knows."""
        return read_entry(self.kind, self.mode, self.value) or uncovered("special")


def look_around(
    connection: sqlite3.Connection,
    ground: Ground,
    room: int,
    *,
    judging: bool,
    say: Callable[[str], None],
) -> Sight | Refusal:
    """Looks at everything, stores it, and tells what is different.

    At most `room` bytes of files are covered, the small ones first. With `judging` a folder that
    could not be entered is tried again, which must not happen while changes are attributed: what
    appears in it is not new. `say` hears of work that takes long.
    """
    rows = _read_rows(connection, ground)
    walk = Walk(ground, lambda name, path: _enter(ground, rows.get(name), name, path, judging))
    fresh: list[Fresh] = []
    covered = 0
    left = dict(rows)
    for seen, (name, facts) in enumerate(walk.entries()):
        if seen == MAX_FILES:
            return Refusal(TOO_MANY)
        row = left.pop(name, None)
        if row is None or row.signature != signature_of(facts) or name in walk.closed:
            fresh.append(Fresh(name, facts, walk.closed.get(name)))
        elif facts is not None and row.kind == "file":
            covered += facts.st_size
        elif judging and row.entry.reason in {"room", "unreadable"}:
            fresh.append(Fresh(name, facts))
    _limit(fresh, room - covered)
    _announce(fresh, say)
    gone = [name for name in left if not walk.hides(name)]
    sight = Sight(_take(connection, ground, fresh, rows, gone))
    sight.uncovered.update(_uncovered(connection, ground))
    for name, why in walk.closed.items():
        sight.uncovered[name] = uncovered(why)
        if name in rows and rows[name].kind == "folder":
            sight.closed.append(name)
    return sight


def look_at(
    connection: sqlite3.Connection, ground: Ground, names: Iterable[bytes]
) -> list[Difference]:
    """Looks at these names only, stores them, and tells what is different."""
    fresh: list[Fresh] = []
    rows: dict[bytes, _Row] = {}
    gone: list[bytes] = []
    folders: dict[bytes, bool] = dict.fromkeys((b"", *ground.extra), True)
    for name in names:
        row = _read_row(connection, name)
        facts = _facts_at(ground, name, folders)
        if row is not None:
            rows[name] = row
        if facts is None:
            gone += [name] if row else []
        elif row is None or row.signature != signature_of(facts):
            reason = None
            if stat.S_ISDIR(facts.st_mode):
                reason = _enter(ground, row, name, ground.path_of(name), judging=False)
            fresh.append(Fresh(name, facts, reason))
    return _take(connection, ground, fresh, rows, gone)


def assume(connection: sqlite3.Connection, name: bytes, entry: Entry) -> None:
    """Takes the word of whoever has just written a file or link; the next look reads it."""
    if entry == MISSING:
        connection.execute("DELETE FROM tree WHERE path = ?", (name,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO tree VALUES (?, ?, ?, ?, ?)",
        (name, entry.kind, entry.mode, entry.value, b""),
    )


def state_of(connection: sqlite3.Connection, name: bytes) -> Entry:
    """What stood at a name when it was looked at last."""
    row = _read_row(connection, name)
    return row.entry if row else MISSING


def _facts_at(ground: Ground, name: bytes, folders: dict[bytes, bool]) -> os.stat_result | None:
    """The facts of what stands at a name, None for nothing; no part of the way may be a link.

    `folders` remembers which names are folders.
    """
    holder = name.rpartition(b"/")[0]
    if holder not in folders:
        facts = _facts_at(ground, holder, folders)
        folders[holder] = facts is not None and stat.S_ISDIR(facts.st_mode)
    if not folders[holder]:
        return None
    try:
        return os.lstat(ground.path_of(name))
    except (FileNotFoundError, NotADirectoryError):
        return None


def _read_rows(connection: sqlite3.Connection, ground: Ground) -> dict[bytes, _Row]:
    """What is stored of a ground. Names of the root do not begin with a slash."""
    wheres: list[tuple[str, tuple[bytes, ...]]] = [("path < ? OR path >= ?", (b"/", b"0"))]
    wheres += [("path >= ? AND path < ?", (base + b"/", base + b"0")) for base in ground.extra]
    rows: dict[bytes, _Row] = {}
    for where, limits in wheres:
        query = f"SELECT path, kind, mode, value, signature FROM tree WHERE {where}"  # noqa: S608 - one of two constants
        for path, *row in connection.execute(query, limits):
            rows[path] = _Row._make(row)
    return rows


def _read_row(connection: sqlite3.Connection, name: bytes) -> _Row | None:
    query = "SELECT kind, mode, value, signature FROM tree WHERE path = ?"
    found = connection.execute(query, (name,)).fetchone()
    return _Row._make(found) if found else None


def _enter(
    ground: Ground, row: _Row | None, name: bytes, path: bytes, judging: bool
) -> Reason | None:
    """Why a folder is not entered. What was decided once holds as long as the folder stands."""
    if row is not None and row.kind == "folder":
        return None
    if row is not None and row.kind == "uncovered":
        reason = row.entry.reason
        if reason in {"bulk", "device"} or not judging:
            return reason
    if not may(path, os.R_OK | os.X_OK):
        return "unreadable"
    return "bulk" if is_too_bulky(ground, name, path) else None


def _limit(fresh: Sequence[Fresh], room: int) -> None:
    """Leaves out the largest files where there is no room for all."""
    files = [one for one in fresh if one.facts and stat.S_ISREG(one.facts.st_mode)]
    for one in sorted(files, key=lambda one: one.size):
        if one.size > MAX_FILE_BYTES:
            one.reason = "large"
        elif one.size > room:
            one.reason = "room"
        else:
            room -= one.size


def _announce(fresh: Sequence[Fresh], say: Callable[[str], None]) -> None:
    files = [one for one in fresh if one.reason is None]
    size = sum(one.size for one in files)
    if size > MANY_BYTES or len(files) > MANY_FILES:
        say(
            f"Recording {len(files):,} files ({size / 1e6:,.0f} MB), so that what commands change "
            "can be taken back. The next time only what is new is read."
        )


def _take(
    connection: sqlite3.Connection,
    ground: Ground,
    fresh: Sequence[Fresh],
    rows: dict[bytes, _Row],
    gone: Sequence[bytes],
) -> list[Difference]:
    """Reads what is fresh, stores it, and tells what it was before."""
    differences: list[Difference] = []
    for one, entry, signature in read_fresh(connection, ground, fresh):
        row = rows.get(one.name)
        before = row.entry if row else MISSING
        connection.execute(
            "INSERT OR REPLACE INTO tree VALUES (?, ?, ?, ?, ?)",
            (one.name, entry.kind, entry.mode, entry.value, signature),
        )
        if before != entry:
            differences.append(Difference(one.name, before, entry))
    connection.executemany("DELETE FROM tree WHERE path = ?", [(name,) for name in gone])
    differences += [Difference(name, rows[name].entry, MISSING) for name in gone]
    return differences


def _uncovered(connection: sqlite3.Connection, ground: Ground) -> dict[bytes, Entry]:
    """Everything that is not covered, but for git's own."""
    query = "SELECT path, value FROM tree WHERE kind = 'uncovered'"
    found = {path: Entry("uncovered", value=value) for path, value in connection.execute(query)}
    return {
        name: entry for name, entry in found.items() if entry.reason != "git" and ground.holds(name)
    }
