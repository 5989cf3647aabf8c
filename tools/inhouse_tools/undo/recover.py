"""Ends the turns of processes that died: what they changed is seen now, and recorded."""

import sqlite3

from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.ground import Ground, shown
from inhouse_tools.undo.head import read_head
from inhouse_tools.undo.liveness import is_held
from inhouse_tools.undo.record import (
    Scope,
    Turn,
    add_problem,
    end_turn,
    note,
    set_window,
    whole_turns,
)
from inhouse_tools.undo.store import Store
from inhouse_tools.undo.tree import look_around, look_at
from inhouse_tools.writing.changes import joined


def end_dead_turns(store: Store) -> Refusal | None:
    """Closes every open turn whose process is gone."""
    if not store.exists:
        return None

    def act(connection: sqlite3.Connection) -> None:
        for turn in whole_turns(connection, "open"):
            if not is_held(store.folder, turn.id):
                _end(connection, store, turn)

    done = store.run(act)
    return done if isinstance(done, Refusal) else None


def _end(connection: sqlite3.Connection, store: Store, turn: Turn) -> None:
    if turn.window is not None:
        problem = look(connection, store, ground_of(store, turn), turn.window)
        if problem is not None:
            add_problem(connection, turn.number, problem.text)
        set_window(connection, turn.number, None)
    end_turn(connection, turn.number, read_head(store.root), interrupted=True)


def ground_of(store: Store, turn: Turn) -> Ground:
    """The folders that a turn could change."""
    ground = store.ground()
    return Ground(ground.root, turn.extra, ground.hidden)


def look(
    connection: sqlite3.Connection, store: Store, ground: Ground, scope: Scope
) -> Refusal | None:
    """Notes what is different in a scope, for every turn whose window is open on it.

    A refusal says what could not be seen.
    """
    note(connection, look_at(connection, ground, scope.names), ground.root)
    if not scope.folders:
        return None
    sight = look_around(connection, ground, store.room_for_tree, judging=False, say=_ignore)
    if isinstance(sight, Refusal):
        return sight
    note(connection, sight.differences, ground.root)
    if sight.closed:
        names = joined([shown(name) for name in sight.closed])
        return Refusal(f"What was changed in {names} is not known: it cannot be read any more.")
    return None


def _ignore(text: str) -> None:
    del text
