"""What has to be done to every path to take a turn back, or to do it again."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from inhouse_tools.undo.contents import is_kept
from inhouse_tools.undo.entry import Entry
from inhouse_tools.undo.ground import shown
from inhouse_tools.undo.record import Change, put_change
from inhouse_tools.undo.tree import state_of

Direction = Literal["undo", "redo"]


@dataclass(frozen=True, slots=True)
class Step:
    """One path: what stands there now and what shall stand there."""

    name: bytes
    now: Entry
    wanted: Entry


@dataclass(slots=True)
class Steps:
    """The steps of one turn, and what stands against them.

    `conflicts` are paths with what is wrong with them, `forced` those that are overwritten all the
    same, with what stands there now; `lost` are those whose content is gone, `left` are sentences
    about what stays as it is.
    """

    todo: list[Step] = field(default_factory=list[Step])
    forced: list[tuple[Change, Entry]] = field(default_factory=list[tuple[Change, Entry]])
    conflicts: dict[bytes, str] = field(default_factory=dict[bytes, str])
    lost: list[bytes] = field(default_factory=list[bytes])
    left: list[str] = field(default_factory=list[str])


CHANGED_SINCE = "changed since then"
CHANGED_BETWEEN = "somebody else changed it during the turn"


def plan_steps(
    connection: sqlite3.Connection,
    changes: Sequence[Change],
    direction: Direction,
    *,
    force: bool,
) -> Steps:
    """Compares every path of a turn with what stands there now, as it was looked at last.

    With `force` a conflict is a step like any other.
    """
    steps = Steps()
    for change in changes:
        now = state_of(connection, change.name)
        old, wanted = change.after, change.before
        if direction == "redo":
            old, wanted = wanted, old
        if not (old.covered and wanted.covered):
            steps.left.append(_explain(change, direction))
            continue
        if now == wanted:
            continue
        conflict = _conflict(change, now, old, wanted, direction)
        if conflict and not (force and now.covered):
            steps.conflicts[change.name] = conflict
            continue
        if conflict:
            steps.forced.append((change, now))
        if wanted.kind == "file" and not is_kept(connection, wanted.value):
            steps.lost.append(change.name)
        steps.todo.append(Step(change.name, now, wanted))
    return steps


def keep_for_the_way_back(
    connection: sqlite3.Connection, number: int, steps: Steps, direction: Direction
) -> None:
    """What is overwritten although it is somebody else's is what the way back restores."""
    for change, standing in steps.forced:
        if direction == "undo":
            put_change(connection, number, replace(change, after=standing, mixed=False))
        else:
            put_change(connection, number, replace(change, before=standing))


def _conflict(change: Change, now: Entry, old: Entry, wanted: Entry, direction: Direction) -> str:
    """What is wrong with a path, "" for nothing."""
    if now.kind == "folder" and "folder" in {old.kind, wanted.kind} and old.kind != "file":
        # What a folder holds is judged by itself, and its mode is nobody's work.
        return ""
    if now != old:
        return CHANGED_SINCE
    return CHANGED_BETWEEN if change.mixed and direction == "undo" else ""


def _explain(change: Change, direction: Direction) -> str:
    """Why a path that is not covered stays as it is."""
    name, before, after = shown(change.name), change.before, change.after
    words = before.words or after.words
    if direction == "redo":
        return f"{name} stays as it is: it was not recorded ({words})."
    if before.kind == "missing":
        return f"{name} was made by this turn and stays: it was not recorded ({words})."
    if after.kind == "missing":
        return f"{name} was deleted by this turn and cannot be brought back ({words})."
    return f"{name} was changed by this turn and stays so: it was not recorded ({words})."
