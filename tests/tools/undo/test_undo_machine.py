"""Whatever happens in a folder, taking a turn back makes the tree what it was before the turn."""

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.tools.undo.undo_project import Picture, Project, Standing, picture, refused

from inhouse_tools.undo import History, carry

NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "d/e", "f", "f/g", "ignored/x", "d"])
TEXTS = st.sampled_from(["", "one\n", "two\n", "one\ntwo\n", "\0binary"])
MODES = st.sampled_from([0o644, 0o600, 0o755, 0o444])
KINDS = st.sampled_from(["write", "write", "delete", "move", "mode", "link", "folder"])
SHELL = st.lists(st.tuples(KINDS, NAMES, NAMES, TEXTS, MODES), max_size=5)
PERSON = st.tuples(st.sampled_from(["write", "delete", "mode"]), NAMES, NAMES, TEXTS, MODES)
Operation = tuple[str, str, str, str, int]


class KilledError(BaseException):
    """Ends everything at once, as SIGKILL does."""


@dataclass
class Turn:
    """What a turn did by the test's own account: before, after, and whether others interfered."""

    before: Picture
    changes: dict[str, tuple[Standing | None, Standing | None, bool]] = field(
        default_factory=dict[str, tuple[Standing | None, Standing | None, bool]]
    )

    def note(self, old: Picture, new: Picture) -> None:
        """A step of the turn made `new` of `old`."""
        for name in {*old, *new}:
            was, now = old.get(name), new.get(name)
            if was == now:
                continue
            first, last, mixed = self.changes.get(name, (was, was, False))
            if first == now:
                self.changes.pop(name, None)
            else:
                self.changes[name] = (first, now, mixed or last != was)


def operate(root: Path, operation: Operation) -> None:
    """Do it as a shell would, which fails where it makes no sense."""
    kind, name, other, text, mode = operation
    path = root / name
    with contextlib.suppress(OSError, shutil.Error):
        if kind == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif kind == "delete":
            remove(path)
        elif kind == "move" and not (root / other).is_relative_to(path):
            path.rename(root / other)
        elif kind == "mode" and not path.is_symlink():
            path.chmod(mode | (0o700 if path.is_dir() else 0))
        elif kind == "link":
            remove(path)
            path.symlink_to(other)
        elif kind == "folder":
            path.mkdir(parents=True)


def leads_elsewhere(root: Path, name: str) -> bool:
    """Whether a part of a path is a link, which our own tools resolve first."""
    path = root / name
    return any(one.is_symlink() for one in (path, *path.parents) if one.is_relative_to(root))


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Turns(RuleBasedStateMachine):
    """Turns, a person, undo, redo and kills in one folder, beside what should come of them."""

    within: Path

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(dir=self.within))
        self.project = Project(self.base)
        self.done: list[Turn] = []
        self.undone: list[Turn] = []

    def teardown(self) -> None:
        shutil.rmtree(self.base)

    @property
    def root(self) -> Path:
        return self.project.root

    @initialize(operations=SHELL)
    def begin(self, operations: list[Operation]) -> None:
        for operation in operations:
            operate(self.root, operation)

    @rule(steps=st.lists(st.tuples(st.booleans(), SHELL, st.none() | PERSON), max_size=3))
    def take_a_turn(self, steps: list[tuple[bool, list[Operation], Operation | None]]) -> None:
        turn = Turn(picture(self.root))
        with self.project.turn():
            for whole, operations, person in steps:
                self.take_a_step(turn, whole, operations)
                if person:
                    operate(self.root, person)
        self.end(turn)

    @rule(operations=SHELL, before=st.none() | SHELL, person=st.none() | PERSON)
    def be_killed_in_a_turn(
        self, operations: list[Operation], before: list[Operation] | None, person: Operation | None
    ) -> None:
        """Nobody knows when a process died: what happens until the next one counts as its own."""
        turn = Turn(picture(self.root))
        self.project.recorder.begin("Die.")
        if before is not None:
            self.take_a_step(turn, whole=True, operations=before)
        old = picture(self.root)
        self.project.recorder.open()
        for operation in operations:
            operate(self.root, operation)
        self.project.die()
        if person:
            operate(self.root, person)
        turn.note(old, picture(self.root))
        self.project.recorder.begin("Live again.")
        self.end(turn)

    @rule(operation=PERSON)
    def change_something_oneself(self, operation: Operation) -> None:
        operate(self.root, operation)

    @precondition(lambda self: self.done)
    @rule()
    def undo(self) -> None:
        turn = self.done[-1]
        now = picture(self.root)
        wanted = self.expect(turn, now, back=True)
        outcome = self.project.undo()
        if wanted is None:
            assert "was not" in refused(outcome)
            assert picture(self.root) == now
            return
        assert outcome.refusal is None, outcome.refusal
        assert picture(self.root) == wanted
        self.undone.append(self.done.pop())

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        turn = self.undone[-1]
        now = picture(self.root)
        wanted = self.expect(turn, now, back=False)
        outcome = self.project.redo()
        if wanted is None:
            assert "was not" in refused(outcome)
            assert picture(self.root) == now
            return
        assert outcome.refusal is None, outcome.refusal
        assert picture(self.root) == wanted
        self.done.append(self.undone.pop())

    @precondition(lambda self: self.done)
    @rule(written=st.booleans())
    def be_killed_while_undoing(self, written: bool) -> None:
        """Killed before or after the files were written, the next process makes it whole."""
        turn = self.done[-1]
        now = picture(self.root)
        wanted = self.expect(turn, now, back=True)
        if wanted is None:
            return
        write_files = carry.write_files

        def die(*arguments: object) -> None:
            if written:
                write_files(*arguments)  # pyright: ignore[reportArgumentType] - passed on as it came
            raise KilledError

        with mock.patch.object(carry, "write_files", die), contextlib.suppress(KilledError):
            self.project.undo()
        History(self.project.store).recover()
        assert picture(self.root) == wanted
        self.undone.append(self.done.pop())

    def take_a_step(self, turn: Turn, whole: bool, operations: list[Operation]) -> None:
        old = picture(self.root)
        if whole:
            with self.project.command():
                for operation in operations:
                    operate(self.root, operation)
        else:
            for operation in operations:
                if operation[0] == "write" and not leads_elsewhere(self.root, operation[1]):
                    with self.project.writing(operation[1]):
                        operate(self.root, operation)
        turn.note(old, picture(self.root))

    def end(self, turn: Turn) -> None:
        if turn.changes:
            self.done.append(turn)
            self.undone.clear()

    def expect(self, turn: Turn, now: Picture, *, back: bool) -> Picture | None:
        """The tree after an undo (back) or redo, None when that must be refused."""
        wanted = dict(now)
        for name, (before, after, mixed) in turn.changes.items():
            old, new = (after, before) if back else (before, after)
            if now.get(name) == new:
                continue
            if not may_become(now.get(name), old, new) or (
                mixed and back and not is_folder(now, name)
            ):
                return None
            wanted.pop(name, None)
            if new is not None:
                wanted[name] = new
        return with_folders(wanted, now)


def may_become(now: Standing | None, old: Standing | None, new: Standing | None) -> bool:
    """Whether what stands there is what was left, or a folder whose mode is nobody's work."""
    kinds = {one[0] for one in (old, new) if one}
    folder = now is not None and now[0] == "folder"
    return now == old or (folder and "folder" in kinds and not (old and old[0] == "file"))


def is_folder(tree: Picture, name: str) -> bool:
    return name in tree and tree[name][0] == "folder"


def with_folders(wanted: Picture, now: Picture) -> Picture | None:
    """The tree with all folders that it needs, None when something else stands in their place."""
    for name in list(wanted):
        for folder in [*Path(name).parents][:-1]:
            # One that a person took away is made anew for what comes back into it.
            if str(folder) not in now:
                wanted.setdefault(str(folder), ("folder", 0o755, b""))
    for name in sorted({*now, *wanted}, key=lambda name: -name.count("/")):
        if not any(other.startswith(f"{name}/") for other in wanted):
            continue
        # A folder that would go stays while something of a person is in it.
        wanted.setdefault(name, now.get(name, ("missing", 0, b"")))
        if not is_folder(wanted, name):
            return None
    return wanted


def test_undo_restores_the_tree(tmp_path: Path) -> None:
    os.umask(0o022)
    Turns.within = tmp_path
    run_state_machine_as_test(
        Turns,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
