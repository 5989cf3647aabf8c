"""The turns of one root in the database: what each has changed, and what became of it."""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from inhouse_tools.undo.entry import Entry, read_entry
from inhouse_tools.undo.ground import shown

State = Literal["open", "done", "undoing", "undone", "redoing"]
FORMAT: Final = 1
STATES: Final = frozenset(get_args(State))
COLUMNS: Final = (
    "number, id, format, began, ended, prompt, state, extra, window, head_before, head_after, "
    "interrupted, problem, session"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What may change while a window is open: everything in these folders, or these names."""

    folders: tuple[bytes, ...] = ()
    names: frozenset[bytes] = frozenset()

    def holds(self, name: bytes, root: bytes) -> bool:
        """Whether a name belongs to it."""
        if name in self.names:
            return True
        if not name.startswith(b"/"):
            return root in self.folders
        return any(name.startswith(folder + b"/") for folder in self.folders)

    def encode(self) -> str:
        """As JSON."""
        folders = [os.fsdecode(folder) for folder in self.folders]
        return json.dumps({"folders": folders, "names": [os.fsdecode(one) for one in self.names]})

    @staticmethod
    def decode(text: str) -> "Scope":
        """From JSON, as `encode` wrote it."""
        data = cast("dict[str, list[str]]", json.loads(text))
        names = frozenset(os.fsencode(name) for name in data["names"])
        return Scope(tuple(os.fsencode(folder) for folder in data["folders"]), names)


@dataclass(frozen=True, slots=True)
class Difference:
    """A path that is not what it was."""

    name: bytes
    before: Entry
    after: Entry


@dataclass(frozen=True, slots=True)
class Change:
    """What a turn did to a path; `mixed` when somebody else changed it in between."""

    name: bytes
    before: Entry
    after: Entry
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. Times are seconds since 1970; `interrupted` means that its process died in it.

    `problem` says what of it could not be recorded. `session` is the id of the session that it
    belongs to, "" when that is not known.
    """

    number: int
    id: str
    began: float
    ended: float
    prompt: str
    state: State
    extra: tuple[bytes, ...] = ()
    window: Scope | None = None
    head_before: str = ""
    head_after: str = ""
    interrupted: bool = False
    problem: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that cannot be read, and why."""

    text: str


def add_turn(connection: sqlite3.Connection, turn: Turn) -> int:
    """Begins a record of a turn, whatever its number and state; returns its number."""
    folders = json.dumps([os.fsdecode(folder) for folder in turn.extra])
    values = (turn.id, FORMAT, turn.began, turn.ended, turn.prompt, folders)
    cursor = connection.execute(
        f"INSERT INTO turns ({COLUMNS}) "  # noqa: S608 - a constant
        "VALUES (NULL, ?, ?, ?, ?, ?, 'open', ?, '', ?, ?, 0, '', ?)",
        (*values, turn.head_before, turn.head_before, turn.session),
    )
    return int(cursor.lastrowid or 0)


def read_turns(connection: sqlite3.Connection) -> list[Turn | Damaged]:
    """All turns, the newest first."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM turns ORDER BY number DESC")  # noqa: S608 - a constant
    return [_turn(row) for row in rows]


def _turn(row: tuple[object, ...]) -> Turn | Damaged:
    number, id_, version, began, ended, prompt, state, extra, window, *rest = row
    if version != FORMAT or state not in STATES:
        return Damaged(f"Turn {id_} has a format that this inhouse does not read; it is left out.")
    head_before, head_after, interrupted, problem, session = rest
    try:
        folders = cast("list[str]", json.loads(str(extra)))
        scope = Scope.decode(str(window)) if window else None
        times = float(str(began)), float(str(ended))
    except (ValueError, KeyError, TypeError):
        return Damaged(f"The record of turn {id_} is damaged; it is left out.")
    return Turn(
        int(str(number)),
        str(id_),
        *times,
        str(prompt),
        cast("State", state),
        tuple(os.fsencode(folder) for folder in folders),
        scope,
        str(head_before),
        str(head_after),
        bool(interrupted),
        str(problem),
        str(session),
    )


def whole_turns(connection: sqlite3.Connection, *states: State) -> list[Turn]:
    """The readable turns in these states, the newest first."""
    turns = read_turns(connection)
    return [turn for turn in turns if isinstance(turn, Turn) and turn.state in states]


def set_window(connection: sqlite3.Connection, number: int, scope: Scope | None) -> None:
    """Opens a window: what changes from now on in its scope is the turn's doing. None closes."""
    text = scope.encode() if scope else ""
    connection.execute("UPDATE turns SET window = ? WHERE number = ?", (text, number))


def set_state(connection: sqlite3.Connection, number: int, state: State) -> None:
    """What became of a turn."""
    connection.execute("UPDATE turns SET state = ? WHERE number = ?", (state, number))


def add_problem(connection: sqlite3.Connection, number: int, text: str) -> None:
    """Something of the turn could not be recorded; the first reason stands."""
    query = "UPDATE turns SET problem = ? WHERE number = ? AND problem = ''"
    connection.execute(query, (text, number))


def end_turn(
    connection: sqlite3.Connection, number: int, head: str, *, interrupted: bool = False
) -> None:
    """Ends a turn. One that changed nothing leaves no record; any other ends the redo chain."""
    changed = connection.execute("SELECT 1 FROM changes WHERE turn = ? LIMIT 1", (number,))
    troubled = connection.execute(
        "SELECT 1 FROM turns WHERE number = ? AND problem != ''", (number,)
    )
    if changed.fetchone() is None and troubled.fetchone() is None:
        delete_turns(connection, [number])
        return
    undone = [turn.number for turn in whole_turns(connection, "undone")]
    delete_turns(connection, undone)
    connection.execute(
        "UPDATE turns SET state = 'done', window = '', ended = ?, head_after = ?, interrupted = ? "
        "WHERE number = ?",
        (time.time(), head, interrupted, number),
    )


def delete_turns(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Forgets turns with their changes."""
    for number in numbers:
        connection.execute("DELETE FROM changes WHERE turn = ?", (number,))
        connection.execute("DELETE FROM turns WHERE number = ?", (number,))


def note(connection: sqlite3.Connection, differences: Sequence[Difference], root: bytes) -> None:
    """Adds differences to every turn whose window is open on them."""
    if not differences:
        return
    for turn in whole_turns(connection, "open"):
        if turn.window is None:
            continue
        for difference in differences:
            if turn.window.holds(difference.name, root):
                _note_one(connection, turn.number, difference)


def _note_one(connection: sqlite3.Connection, number: int, difference: Difference) -> None:
    key = (number, difference.name)
    row = connection.execute(
        "SELECT before_kind, before_mode, before_value, after_kind, after_mode, after_value, mixed "
        "FROM changes WHERE turn = ? AND path = ?",
        key,
    ).fetchone()
    known = _change(difference.name, row) if row else None
    before, mixed = difference.before, False
    if isinstance(known, Change):
        before = known.before
        mixed = known.mixed or known.after != difference.before
    if before == difference.after:
        connection.execute("DELETE FROM changes WHERE turn = ? AND path = ?", key)
        return
    put_change(connection, number, Change(difference.name, before, difference.after, mixed))


def put_change(connection: sqlite3.Connection, number: int, change: Change) -> None:
    """Writes one change of a turn, over an earlier one of the same path."""
    before, after = change.before, change.after
    connection.execute(
        "INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, change.name),
            *(before.kind, before.mode, before.value),
            *(after.kind, after.mode, after.value),
            change.mixed,
        ),
    )


def read_changes(connection: sqlite3.Connection, turn: Turn) -> list[Change] | Damaged:
    """What a turn did, by path."""
    rows = connection.execute(
        "SELECT path, before_kind, before_mode, before_value, after_kind, after_mode, after_value, "
        "mixed FROM changes WHERE turn = ? ORDER BY path",
        (turn.number,),
    )
    changes: list[Change] = []
    for name, *row in rows:
        change = _change(name, row) if isinstance(name, bytes) and name else None
        if change is None:
            return Damaged(f"The record of turn {turn.id} is damaged: {_spelt(name)}.")
        changes.append(change)
    return changes


def _change(name: bytes, row: Sequence[object]) -> Change | None:
    before, after = read_entry(*row[0:3]), read_entry(*row[3:6])
    return None if before is None or after is None else Change(name, before, after, bool(row[6]))


def _spelt(name: object) -> str:
    return shown(name) if isinstance(name, bytes) else str(name)
