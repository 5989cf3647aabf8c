"""Records what a turn changes: looks at the files before and after each of its steps."""

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from inhouse_tools.places.listing import is_ignored
from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.entry import Entry
from inhouse_tools.undo.ground import shown
from inhouse_tools.undo.head import read_head
from inhouse_tools.undo.history import History
from inhouse_tools.undo.liveness import Held, hold
from inhouse_tools.undo.record import (
    Change,
    Damaged,
    Difference,
    Scope,
    Turn,
    add_problem,
    add_turn,
    end_turn,
    note,
    read_changes,
    set_window,
    whole_turns,
)
from inhouse_tools.undo.recover import look
from inhouse_tools.undo.store import Store, prune
from inhouse_tools.undo.tree import Sight, look_around, look_at
from inhouse_tools.writing.changes import joined

MAX_NAMED: Final = 8
NOT_COVERED: Final = "Undo does not cover {}. What a command changes there cannot be taken back."
UNRECORDED: Final = "What follows cannot be taken back: {}"


@dataclass(slots=True)
class _Open:
    """The turn that is being recorded: its window covers `scope`, opened `depth` times.

    It is `wide` once a step of it may have changed everything.
    """

    number: int
    held: Held
    scope: Scope | None = None
    depth: int = 0
    wide: bool = False


class Recorder:
    """Records the turns of one session, one after the other.

    Every step that may change files stands between `open` and `close`; what changes outside of
    them is somebody else's doing. A turn without such a step leaves nothing. What cannot be
    recorded is said and keeps nobody from working. Methods may be called from any thread.
    """

    def __init__(self, store: Store, extra: Sequence[Path] = (), session: str = "") -> None:
        self._store = store
        self._session = session
        self._ground = store.ground(extra)
        self._prompt = ""
        self._turn: _Open | None = None
        self._told: set[bytes] = set()
        self._problems: set[str] = set()
        self._hopeless: Refusal | None = None
        self._lock = threading.RLock()
        self.say: Callable[[str], None] = lambda _text: None
        """Hears of work that takes long."""

    def begin(self, prompt: str) -> tuple[str, ...]:
        """A turn begins; returns what a person should know."""
        with self._lock:
            self.end()
            self._prompt = prompt
            return tuple(History(self._store).recover())

    def survey(self) -> tuple[str, ...]:
        """What a command that is about to be asked for could change for good, if not said yet."""

        def act(connection: sqlite3.Connection) -> Sight | Refusal:
            return self._look_around(connection)

        with self._lock:
            sight = self._store.run(act)
            return self._said(sight if isinstance(sight, Refusal) else None, sight)

    def open(self, paths: Sequence[Path] | None = None) -> tuple[str, ...]:
        """A step begins that may change these paths, or everything (None).

        `paths` are absolute. Returns what a person should know before it happens.
        """
        with self._lock:
            turn = self._turn or self._start()
            if isinstance(turn, Refusal):
                return self._said(turn)
            self._turn = turn
            turn.depth += 1
            turn.wide = turn.wide or paths is None
            scope = self._scope(paths, turn.scope)
            if scope == turn.scope:
                return ()
            sight = self._store.run(lambda connection: self._open(connection, turn, scope))
            if isinstance(sight, Refusal):
                return self._said(sight)
            turn.scope = scope
            return self._said(None, sight)

    def close(self) -> tuple[str, ...]:
        """The step is over."""
        with self._lock:
            turn = self._turn
            if turn is None:
                return ()
            turn.depth -= 1
            return self._shut(turn) if turn.depth <= 0 else ()

    def files_changed(self) -> tuple[str, ...]:
        """The files and links that a turn with commands has changed so far, ignored ones left out.

        Of a turn without commands whoever wrote knows it: then there are none here.
        """
        with self._lock:
            turn = self._turn
            if turn is None or not turn.wide:
                return ()
            found = self._store.run(lambda connection: _changes_of(connection, turn.number))
            changes = () if isinstance(found, Refusal) else found
            return tuple(
                shown(change.name)
                for change in changes
                if (_is_file(change.before) or _is_file(change.after))
                and not self._is_ignored(change.name)
            )

    def _is_ignored(self, name: bytes) -> bool:
        base = self._ground.base_of(name)
        inside = os.path.relpath(self._ground.path_of(name), base)
        return is_ignored(Path(os.fsdecode(base)), os.fsdecode(inside))

    def end(self) -> tuple[str, ...]:
        """The turn is over, with whatever steps were left open."""
        with self._lock:
            turn, self._turn = self._turn, None
            if turn is None:
                return ()
            said = self._shut(turn)

            def act(connection: sqlite3.Connection) -> None:
                end_turn(connection, turn.number, read_head(self._store.root))
                prune(connection, self._store.room)

            ended = self._store.run(act)
            turn.held.let_go()
            return said + self._said(ended if isinstance(ended, Refusal) else None)

    def _start(self) -> _Open | Refusal:
        id_ = secrets.token_hex(4)
        try:
            held = hold(self._store.folder, id_)
        except OSError as error:
            return Refusal(f"{self._store.folder} cannot be written: {error.strerror}.")
        if held is None:
            return Refusal(f"{self._store.folder} holds a lock that nobody should hold.")
        now, head = time.time(), read_head(self._store.root)
        turn = Turn(
            0, id_, now, now, self._prompt, "open", self._ground.extra,
            head_before=head, session=self._session,
        )  # fmt: skip
        number = self._store.run(lambda connection: add_turn(connection, turn))
        if isinstance(number, Refusal):
            held.let_go()
            return number
        return _Open(number, held)

    def _scope(self, paths: Sequence[Path] | None, outer: Scope | None) -> Scope:
        """What is watched: the step's own, and that of the step around it."""
        scope = outer or Scope()
        if paths is None:
            return replace(scope, folders=self._ground.bases)
        return replace(scope, names=scope.names | set(self._ground.with_parents(paths)))

    def _open(self, connection: sqlite3.Connection, turn: _Open, scope: Scope) -> Sight | Refusal:
        if scope.folders:
            sight = self._look_around(connection)
            if isinstance(sight, Refusal):
                add_problem(connection, turn.number, sight.text)
                return sight
        else:
            differences = look_at(connection, self._ground, scope.names)
            sight = Sight(differences, _unkept(differences))
            note(connection, sight.differences, self._ground.root)
        set_window(connection, turn.number, scope)
        return sight

    def _look_around(self, connection: sqlite3.Connection) -> Sight | Refusal:
        if self._hopeless is not None:
            return self._hopeless
        judging = not any(turn.window for turn in whole_turns(connection, "open"))
        room = self._store.room_for_tree
        sight = look_around(connection, self._ground, room, judging=judging, say=self.say)
        if isinstance(sight, Sight):
            note(connection, sight.differences, self._ground.root)
            prune(connection, self._store.room)
        else:
            # Trying before every command would cost seconds each time.
            self._hopeless = sight
        return sight

    def _shut(self, turn: _Open) -> tuple[str, ...]:
        scope, turn.scope, turn.depth = turn.scope, None, 0
        if scope is None:
            return ()

        def act(connection: sqlite3.Connection) -> Refusal | None:
            problem = look(connection, self._store, self._ground, scope)
            if problem is not None:
                add_problem(connection, turn.number, problem.text)
            set_window(connection, turn.number, None)
            return problem

        return self._said(self._store.run(act))

    def _said(
        self, problem: Refusal | None, sight: Sight | Refusal | None = None
    ) -> tuple[str, ...]:
        """What is new to the person among what should be known."""
        said = list(self._store.notices)
        self._store.notices.clear()
        if problem is not None and problem.text not in self._problems:
            self._problems.add(problem.text)
            said.append(UNRECORDED.format(problem.text))
        if isinstance(sight, Sight):
            new = {name: entry for name, entry in sight.uncovered.items() if name not in self._told}
            self._told.update(new)
            if new:
                said.append(NOT_COVERED.format(_list(new)))
        return tuple(said)


def _changes_of(connection: sqlite3.Connection, number: int) -> Sequence[Change]:
    """What a running turn has done; nothing when its record is damaged."""
    turn = next((one for one in whole_turns(connection, "open") if one.number == number), None)
    changes = read_changes(connection, turn) if turn else ()
    return () if isinstance(changes, Damaged) else changes


def _unkept(differences: Sequence[Difference]) -> dict[bytes, Entry]:
    """The files among these whose content could not be kept."""
    return {
        one.name: one.after for one in differences if one.after.reason in {"large", "unreadable"}
    }


def _is_file(entry: Entry) -> bool:
    """Whether a file or link stands there, also one whose content is not kept."""
    return entry.kind in {"file", "link"} or entry.reason in {"large", "room", "unreadable"}


def _list(found: dict[bytes, Entry]) -> str:
    named = [f"{shown(name)} ({entry.words})" for name, entry in sorted(found.items())]
    return joined(named, MAX_NAMED)
