"""Taking turns back and doing them again, from the newest on, one by one."""

import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.carry import Carrier
from inhouse_tools.undo.ground import Ground, shown
from inhouse_tools.undo.liveness import MOVING, Held, hold, is_held
from inhouse_tools.undo.record import (
    Change,
    Damaged,
    State,
    Turn,
    note,
    read_changes,
    set_state,
    whole_turns,
)
from inhouse_tools.undo.recover import end_dead_turns, ground_of
from inhouse_tools.undo.steps import Direction, Steps, keep_for_the_way_back, plan_steps
from inhouse_tools.undo.store import Store
from inhouse_tools.undo.tree import assume, look_at
from inhouse_tools.writing.changes import joined
from inhouse_tools.writing.journal import recover as finish_writes

BEFORE: Final[dict[Direction, State]] = {"undo": "done", "redo": "undone"}
DURING: Final[dict[Direction, State]] = {"undo": "undoing", "redo": "redoing"}
AFTER: Final[dict[Direction, State]] = {"undo": "undone", "redo": "done"}
LIST: Final = "`inhouse undo --list`"
SAYS: Final[dict[Direction, str]] = {"undo": "taken back", "redo": "done again"}


@dataclass(frozen=True, slots=True)
class Moved:
    """A turn that was taken back or done again.

    `restored` are paths that were given an earlier (or later) state, `removed` those that are gone
    now. `notes` are sentences about what stays as it is.
    """

    turn: Turn
    restored: tuple[str, ...]
    removed: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What came of an undo or redo: the turns in their order, and why it ended before the last."""

    moved: list[Moved] = field(default_factory=list[Moved])
    refusal: Refusal | None = None
    notices: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which turns to move."""

    which: int | str
    force: bool
    sessions: Collection[str]

    def means(self, turn: Turn) -> bool:
        """Whether a turn is one of the sessions', or may be."""
        return not self.sessions or turn.session in ("", *self.sessions)


@dataclass(frozen=True, slots=True)
class _Plan:
    turn: Turn
    ground: Ground
    changes: Sequence[Change]
    steps: Steps


class History:
    """The recorded turns of one root, and the way back and forth."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def undo(
        self, which: int | str = 1, *, force: bool = False, sessions: Collection[str] = ()
    ) -> Outcome:
        """Takes back the newest turns: so many, or all down to the one whose id begins so.

        Of so many only those of the given `sessions` are meant, and those of which it is not known.

        A file that is not as the turn left it is a conflict: it is named and nothing is touched.
        With `force` it is overwritten; redo brings it back.
        """
        return self._move("undo", _Wish(which, force, sessions))

    def redo(
        self, which: int | str = 1, *, force: bool = False, sessions: Collection[str] = ()
    ) -> Outcome:
        """Does turns again that were taken back last: so many, or all up to this one."""
        return self._move("redo", _Wish(which, force, sessions))

    def _move(self, direction: Direction, wish: "_Wish") -> Outcome:
        outcome = Outcome()
        if not self._store.exists:
            outcome.refusal = Refusal("No turn was recorded here yet.")
            return outcome
        held = self._hold()
        if isinstance(held, Refusal):
            outcome.refusal = held
            return outcome
        try:
            outcome.notices += self._recover()
            turns = self._choose(direction, wish)
            if isinstance(turns, Refusal):
                outcome.refusal = turns
                return outcome
            for turn in turns:
                moved = self._move_one(turn, direction, force=wish.force)
                if isinstance(moved, Refusal):
                    outcome.refusal = moved
                    return outcome
                outcome.moved.append(moved)
        finally:
            held.let_go()
            outcome.notices += self._store.notices
            self._store.notices.clear()
        return outcome

    def recover(self) -> list[str]:
        """Finishes what killed processes left here, and says so; for when a turn begins."""
        if not self._store.exists:
            return []
        held = self._hold()
        if isinstance(held, Refusal):
            # Whoever moves turns just now has done it.
            return []
        try:
            return self._recover()
        finally:
            held.let_go()

    def _hold(self) -> Held | Refusal:
        try:
            held = hold(self._store.folder, MOVING)
        except OSError as error:
            return Refusal(f"{self._store.folder} cannot be used: {error.strerror}.")
        return held or Refusal("Another inhouse is taking back turns here just now.")

    def _recover(self) -> list[str]:
        """Ends the turns of dead processes, finishes their writes, and their undo."""
        said = list(finish_writes(self._store.state))
        problem = end_dead_turns(self._store)
        if problem is not None:
            said.append(problem.text)
        half = self._store.run(lambda connection: whole_turns(connection, "undoing", "redoing"))
        for turn in half if not isinstance(half, Refusal) else ():
            direction: Direction = "undo" if turn.state == "undoing" else "redo"
            moved = self._carry_on(turn, direction)
            if isinstance(moved, Refusal):
                said.append(moved.text)
            else:
                said.append(f"Turn {turn.id} had been {SAYS[direction]} by half; now it is whole.")
                said += moved.notes
        said += self._store.notices
        self._store.notices.clear()
        return said

    def _choose(self, direction: Direction, wish: "_Wish") -> list[Turn] | Refusal:
        """The turns to move, in their order."""
        turns = self._store.run(
            lambda connection: whole_turns(connection, "done", "undone", "open")
        )
        if isinstance(turns, Refusal):
            return turns
        running = [turn for turn in turns if turn.state == "open"]
        if not wish.force and any(is_held(self._store.folder, turn.id) for turn in running):
            return Refusal(
                f"A turn is running in this folder: {running[0].prompt[:80]!r}. Wait for its end, "
                "or stop it."
            )
        able = [turn for turn in turns if turn.state == BEFORE[direction]]
        if direction == "redo":
            able.reverse()
        which = wish.which
        if isinstance(which, str):
            return _down_to(able, which)
        own = [turn for turn in able if wish.means(turn)]
        if not own:
            others = f" Those of other sessions stay: {LIST} shows them." if able else ""
            return Refusal(f"There is no turn that could be {SAYS[direction]}.{others}")
        return own[:which]

    def _move_one(self, turn: Turn, direction: Direction, *, force: bool) -> Moved | Refusal:
        if turn.problem and not force:
            return Refusal(
                f"{_title(turn)} cannot be {SAYS[direction]} wholly. {turn.problem} --force takes "
                "what was recorded of it."
            )

        def act(connection: sqlite3.Connection) -> _Plan | Refusal:
            plan = self._plan(connection, turn, direction, force=force)
            if isinstance(plan, Refusal):
                return plan
            refused = _refuse(plan, direction)
            if refused is not None:
                return refused
            keep_for_the_way_back(connection, turn.number, plan.steps, direction)
            # From here on it is carried to its end, by this process or by the next one.
            set_state(connection, turn.number, DURING[direction])
            return plan

        plan = self._store.run(act)
        return plan if isinstance(plan, Refusal) else self._carry_out(plan, direction)

    def _carry_on(self, turn: Turn, direction: Direction) -> Moved | Refusal:
        """Goes on with what another process began; what was changed since then stays."""
        plan = self._store.run(
            lambda connection: self._plan(connection, turn, direction, force=False)
        )
        return plan if isinstance(plan, Refusal) else self._carry_out(plan, direction)

    def _plan(
        self, connection: sqlite3.Connection, turn: Turn, direction: Direction, *, force: bool
    ) -> _Plan | Refusal:
        changes = read_changes(connection, turn)
        if isinstance(changes, Damaged):
            return Refusal(changes.text)
        ground = ground_of(self._store, turn)
        differences = look_at(connection, ground, [change.name for change in changes])
        note(connection, differences, ground.root)
        steps = plan_steps(connection, changes, direction, force=force)
        return _Plan(turn, ground, changes, steps)

    def _carry_out(self, plan: _Plan, direction: Direction) -> Moved | Refusal:
        """Changes the files, outside of any transaction, and then says so in the records."""
        left = Carrier(self._store, plan.ground).carry_out(plan.steps.todo)

        def act(connection: sqlite3.Connection) -> None:
            written = [] if isinstance(left, Refusal) else plan.steps.todo
            for step in written:
                assume(connection, step.name, step.wanted)
            state = BEFORE if isinstance(left, Refusal) else AFTER
            set_state(connection, plan.turn.number, state[direction])

        said = self._store.run(act)
        if isinstance(left, Refusal):
            return Refusal(f"{_title(plan.turn)} was not {SAYS[direction]}: {left.text}")
        if isinstance(said, Refusal):
            left.append(said.text)
        return Moved(
            plan.turn,
            tuple(shown(one.name) for one in plan.steps.todo if one.wanted.kind != "missing"),
            tuple(shown(one.name) for one in plan.steps.todo if one.wanted.kind == "missing"),
            (*plan.steps.left, *_stayed(plan.steps), *left, *_facts(plan.turn, direction)),
        )


def _refuse(plan: _Plan, direction: Direction) -> Refusal | None:
    """Why a turn is not moved at all."""
    if plan.steps.conflicts:
        named = [f"{shown(name)} ({why})" for name, why in sorted(plan.steps.conflicts.items())]
        return Refusal(
            f"{_title(plan.turn)} was not {SAYS[direction]}, and nothing was touched: "
            f"{joined(named)}. Changes are never merged: --force overwrites them, and "
            f"{'--redo' if direction == 'undo' else 'undo'} brings them back."
        )
    if plan.steps.lost:
        named = [shown(name) for name in plan.steps.lost]
        return Refusal(
            f"{_title(plan.turn)} was not {SAYS[direction]}, and nothing was touched: the recorded "
            f"content of {joined(named)} is gone."
        )
    return None


def _down_to(able: list[Turn], start: str) -> list[Turn] | Refusal:
    """The turns down to the only one whose id begins so."""
    places = [place for place, turn in enumerate(able) if turn.id.startswith(start)]
    if len(places) != 1:
        many = "Several turns begin" if places else "No turn that can be moved begins"
        return Refusal(f"{many} with {start}: {LIST} shows them.")
    return able[: places[0] + 1]


def _stayed(steps: Steps) -> list[str]:
    return [f"{shown(name)} stays as it is: {why}." for name, why in steps.conflicts.items()]


def _facts(turn: Turn, direction: Direction) -> list[str]:
    """What else a person should know of a turn that was moved."""
    facts: list[str] = []
    if turn.head_before != turn.head_after:
        moved = f"HEAD moved from {turn.head_before or 'nothing'} to {turn.head_after or 'nothing'}"
        facts.append(f"{moved} during this turn; only files are {SAYS[direction]}.")
    if turn.interrupted:
        until = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(turn.ended))
        facts.append(f"This turn was killed: what changed before {until} counts as its own.")
    return facts


def _title(turn: Turn) -> str:
    return f"Turn {turn.id}"
