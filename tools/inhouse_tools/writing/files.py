"""Reading with a limit, and writing so that files are always either old or new, never half.

A write lays temporary files ready beside their targets, syncs them, renames them over the targets
and syncs the folders. So mode, owner and extended attributes are carried over, and a hard link is
broken: other names of the file keep the old content. What belongs together is recorded before, so
that also a process that is killed at any moment leaves all of it or nothing (`write_journal`).
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.writing.descent import FOLDER, Descent, Spot, digest, link_digest
from inhouse_tools.writing.journal import Record, hold, settle
from inhouse_tools.writing.moves import Move, MoveSet, carry_out, tidy
from inhouse_tools.writing.staging import (
    Planned,
    RefusedError,
    Write,
    changed_meanwhile,
    lay_ready,
    plan_writes,
    refusing,
)

__all__ = [
    "MAX_BYTES",
    "Content",
    "Write",
    "digest",
    "link_digest",
    "read_file",
    "write_files",
]

MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file and their sha256."""

    raw: bytes
    sha256: str


def read_file(path: Path, name: str, limit: int = MAX_BYTES) -> Content | Refusal:
    """The bytes of a regular file, or why they cannot be had."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(file, "rb") as stream:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                return Refusal(f"{name} is not a regular file.")
            if facts.st_size <= limit:
                raw = stream.read(limit + 1)
                if len(raw) <= limit:
                    return Content(raw, digest(raw))
    except OSError as error:
        return of_os_error(error, name, "read")
    return Refusal(
        f"{name} is larger than {limit // 1_000_000} MB. Use bash to look at a part of it."
    )


def write_files(writes: Sequence[Write], state: Path | None = None) -> Refusal | None:
    """Write all paths or none. A refusal means that everything is as it was before, or says else.

    `state` is this project's folder for the record of a write that belongs together; without it
    a process that is killed may leave a part of several. What an earlier one left is finished
    first; when that changed a file, nothing is written and the refusal says what was finished.
    """
    if not writes:
        return None
    if state is None:
        return _write(writes, None)
    try:
        with hold(state):
            finished = settle(state)
            if finished:
                return Refusal(" ".join([*finished, "Nothing else was written. Read again."]))
            return _write(writes, Record.new(state))
    except OSError as error:
        return of_os_error(error, f"the journal in {state}", "write")


def _write(writes: Sequence[Write], record: Record | None) -> Refusal | None:
    with Descent() as descent:
        try:
            planned = plan_writes(writes, secrets.token_hex(6), descent)
            attempt = _Attempt(planned, _moves_of(planned), record, descent)
            attempt.prepare()
        except RefusedError as refused:
            return Refusal(str(refused))
        return attempt.carry_out()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One write of several paths on its way; `record` is None where nothing is recorded."""

    planned: Sequence[Planned]
    change: MoveSet
    record: Record | None
    descent: Descent

    @property
    def is_one_rename(self) -> bool:
        """Whether the system itself does all of it or nothing."""
        first = self.planned[0]
        return len(self.planned) == 1 and not first.made and first.standing.digest != FOLDER

    def prepare(self) -> None:
        """Lay everything ready and say so in the record.

        Raises RefusedError, and OSError of the record; nothing is left then.
        """
        try:
            if self.record:
                self.record.save(self.change, committed=False)
            lay_ready(self.planned, self.descent)
        except BaseException:
            self._clear(self.change)
            raise
        if not self.record or self.is_one_rename:
            return
        try:
            for item in {item.temporary.folder: item for item in self.planned}.values():
                with refusing(item.write.name):
                    self.descent.sync(item.temporary.folder)
            self.record.save(self.change, committed=True)
        except BaseException:
            # First, lest a part of it were carried out later.
            self.record.drop()
            self._clear(self.change)
            raise

    def carry_out(self) -> Refusal | None:
        """Make every move, or take all of them back."""
        try:
            carried = carry_out(self.change, self.descent)
        except BaseException:
            self._take_back()
            raise
        if carried.foreign:
            refused = Refusal(changed_meanwhile(self._name_of(carried.foreign[0])))
        elif carried.stopped and carried.error:
            refused = of_os_error(carried.error, self._name_of(carried.stopped), "write")
        else:
            self._clear(self.change)
            return None
        return self._take_back() or refused

    def _clear(self, change: MoveSet) -> None:
        """Leave nothing behind; a record that cannot be removed now is so by the next write."""
        with contextlib.suppress(OSError):
            if self.record:
                self.record.clear(change, self.descent)
            else:
                tidy(change, self.descent)

    def _name_of(self, spot: Spot) -> str:
        names = {item.spot: item.write.name for item in self.planned}
        return names.get(spot, "/".join(spot.parts))

    def _take_back(self) -> Refusal | None:
        """Make everything what it was; a refusal says what could not be."""
        back = MoveSet(
            tuple(
                _back(item, move)
                for item, move in zip(self.planned, self.change.moves, strict=True)
            ),
            self.change.litter,
            tuple(dict.fromkeys(folder for item in self.planned for folder in item.made)),
        )
        later = " It is tried again before the next write." if self.record else ""
        try:
            if self.record:
                self.record.save(back, committed=True)
        except OSError as error:
            failed = of_os_error(error, "what was written already", "take back")
            return Refusal(failed.text + later)
        carried = carry_out(back, self.descent)
        if carried.stopped and carried.error:
            failed = of_os_error(carried.error, self._name_of(carried.stopped), "restore")
            return Refusal(f"Only a part was written. {failed.text}{later}")
        self._clear(back)
        return None


def _moves_of(planned: Sequence[Planned]) -> MoveSet:
    """What happens to each path when all is laid ready."""
    return MoveSet(
        tuple(
            Move(
                item.spot,
                item.backup if item.write.deletes else item.temporary,
                before="" if item.standing.digest == FOLDER else item.standing.digest,
                after=item.write.wanted,
                backup=item.backup,
            )
            for item in planned
        ),
        tuple(spot for item in planned for spot in (item.temporary, item.backup)),
    )


def _back(item: Planned, move: Move) -> Move:
    """The move that undoes another one."""
    aside = item.backup if move.before else item.temporary
    return Move(item.spot, aside, before=move.after, after=move.before)
