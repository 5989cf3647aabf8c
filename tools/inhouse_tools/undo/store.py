"""Where the turns of one root are recorded, and how much may be kept."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.contents import sweep
from inhouse_tools.undo.database import Database, size_of
from inhouse_tools.undo.ground import Ground
from inhouse_tools.undo.record import delete_turns, whole_turns

FOLDER_NAME: Final = "undo"
DEFAULT_ROOM: Final = 2_000_000_000
TREE_SHARE: Final = 0.75
"""The files as they are may take this share of the room, the rest is for what they were."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Store:
    """The records of a root, in `state` (see Workspace.state).

    `hidden` are folders that are never recorded. `room` is how many bytes may be kept. `notices`
    collects what a person should hear of the records themselves.
    """

    root: Path
    state: Path
    hidden: tuple[Path, ...] = ()
    room: int = DEFAULT_ROOM
    notices: list[str] = field(default_factory=list[str])

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self.state / FOLDER_NAME

    @property
    def exists(self) -> bool:
        """Whether anything was ever recorded."""
        return os.access(Database(self.folder).file, os.F_OK)

    @property
    def room_for_tree(self) -> int:
        """How many bytes the files as they are may have, to be covered."""
        return int(self.room * TREE_SHARE)

    def ground(self, extra: Sequence[Path] = ()) -> Ground:
        """What is recorded: the root and further folders."""
        return Ground.of(self.root, extra, (self.state, *self.hidden))

    def run(self, action: Callable[[sqlite3.Connection], Result]) -> Result | Refusal:
        """The result of an action on the records, all of it or nothing."""
        return Database(self.folder, self.notices).run(action)


def prune(connection: sqlite3.Connection, room: int) -> None:
    """Forgets the oldest turns until what is kept fits; the newest one always stays."""
    if size_of(connection) <= room:
        return
    sweep(connection)
    turns = whole_turns(connection, "done", "undone")
    while size_of(connection) > room and len(turns) > 1:
        delete_turns(connection, [turns.pop().number])
        sweep(connection)
    connection.execute("PRAGMA incremental_vacuum").fetchall()
