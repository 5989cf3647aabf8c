"""What the recorded turns have changed, in figures for people."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal

from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.contents import read_content, size_of_content
from inhouse_tools.undo.entry import Entry
from inhouse_tools.undo.ground import shown
from inhouse_tools.undo.record import Change, Damaged, Turn, read_changes, read_turns
from inhouse_tools.undo.store import Store

What = Literal["created", "deleted", "changed"]
MAX_COUNTED_BYTES: Final = 1_000_000
MAX_COUNTED_FILES: Final = 500
BINARY_SAMPLE: Final = 8000


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One path: how many lines came and went (moved ones not counted), None for what is no text.

    `covered` is False where undo cannot bring it back.
    """

    name: str
    what: What
    added: int | None = None
    removed: int | None = None
    covered: bool = True


@dataclass(frozen=True, slots=True)
class TurnSummary:
    """One turn, its files, and how many bytes of content it refers to."""

    turn: Turn
    files: tuple[FileSummary, ...]
    bytes: int


@dataclass(slots=True)
class Summaries:
    """The turns of a root, the newest first; `notices` name those that cannot be read."""

    turns: list[TurnSummary] = field(default_factory=list[TurnSummary])
    notices: list[str] = field(default_factory=list[str])


def summarise(store: Store, limit: int) -> Summaries | Refusal:
    """The newest turns of a root, at most `limit`."""
    if not store.exists:
        return Summaries()

    def act(connection: sqlite3.Connection) -> Summaries:
        summaries = Summaries()
        for turn in read_turns(connection)[:limit]:
            changes = turn if isinstance(turn, Damaged) else read_changes(connection, turn)
            if isinstance(turn, Damaged) or isinstance(changes, Damaged):
                summaries.notices.append(changes.text if isinstance(changes, Damaged) else "")
            else:
                summaries.turns.append(_summary(connection, turn, changes))
        return summaries

    found = store.run(act)
    if isinstance(found, Summaries):
        found.notices += store.notices
        store.notices.clear()
    return found


def _summary(connection: sqlite3.Connection, turn: Turn, changes: list[Change]) -> TurnSummary:
    holders = {change.name.rpartition(b"/")[0] for change in changes}
    counted = [change for change in changes if not (_is_folder(change) and change.name in holders)]
    files = tuple(
        _file_summary(connection, change, count=place < MAX_COUNTED_FILES)
        for place, change in enumerate(counted)
    )
    kept = {one.value for change in changes for one in _files(change)}
    return TurnSummary(turn, files, sum(size_of_content(connection, one) for one in kept))


def _is_folder(change: Change) -> bool:
    """Whether a folder came or went; it is only counted when nothing in it is."""
    return {change.before.kind, change.after.kind} == {"folder", "missing"}


def _files(change: Change) -> list[Entry]:
    return [one for one in (change.before, change.after) if one.kind == "file"]


def _file_summary(connection: sqlite3.Connection, change: Change, *, count: bool) -> FileSummary:
    what: What = "changed"
    if change.before.kind == "missing":
        what = "created"
    elif change.after.kind == "missing":
        what = "deleted"
    covered = change.before.covered and change.after.covered
    lines = [_lines(connection, one) for one in (change.before, change.after)] if count else [None]
    before, after = (lines[0], lines[-1])
    if before is None or after is None:
        return FileSummary(shown(change.name), what, covered=covered)
    added, removed = (after - before).total(), (before - after).total()
    return FileSummary(shown(change.name), what, added, removed, covered)


def _lines(connection: sqlite3.Connection, entry: Entry) -> Counter[bytes] | None:
    """How often each line occurs, None for what is no text."""
    if entry.kind == "missing":
        return Counter()
    if entry.kind != "file" or size_of_content(connection, entry.value) > MAX_COUNTED_BYTES:
        return None
    raw = read_content(connection, entry.value)
    if raw is None or b"\0" in raw[:BINARY_SAMPLE]:
        return None
    return Counter(raw.splitlines())
