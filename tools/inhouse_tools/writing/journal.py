"""The record of a write of several files, so that it is carried out whole even when killed.

Before the first temporary file is made, a record names all of them: what is found in it later
belongs to a write that never was, and is removed. When all bytes are safe, the record is replaced
by one that says "committed": from then on the write is carried out, by this process or by the next
that comes along. Both replacements are renames, so a record is never half.
"""

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from inhouse_tools.writing.descent import Descent, Spot, write_all
from inhouse_tools.writing.moves import Carried, Move, MoveSet, carry_out, tidy
from inhouse_tools.writing.small_file import make_private, sync_folder

VERSION: Final = 1
FOLDER_NAME: Final = "writes"
RECORD: Final = ".jsonl"
UNFINISHED: Final = ".new"
DAMAGED: Final = ".damaged"
MOST_SECONDS_TO_WAIT: Final = 10.0
SECONDS_BETWEEN_TRIES: Final = 0.01
UNLOCKED: Final = (
    "Our records lie where nothing can be locked: let only one inhouse at a time change files here."
)


class Record:
    """The record of one change. Methods raise OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def new(state: Path) -> "Record":
        """A record that is not there yet."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        return Record(state / FOLDER_NAME / (name + RECORD))

    def save(self, change: MoveSet, committed: bool) -> None:
        """Take the place of what was recorded before."""
        unfinished = self.path.with_suffix(UNFINISHED)
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            write_all(file, _dump(change, committed).encode())
            os.fsync(file)
        finally:
            os.close(file)
        unfinished.rename(self.path)
        sync_folder(self.path.parent)

    def clear(self, change: MoveSet, descent: Descent) -> None:
        """The change is done with: remove what it left lying about, and the record.

        What cannot be removed now stays on record.
        """
        if tidy(change, descent):
            self.drop()
        else:
            self.save(replace(change, moves=()), committed=False)

    def drop(self) -> None:
        """Forget the change."""
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)


def _dump(change: MoveSet, committed: bool) -> str:
    head = {
        "version": VERSION,
        "committed": committed,
        "litter": [_dump_spot(spot) for spot in change.litter],
        "folders": [_dump_spot(spot) for spot in change.folders],
    }
    moves = (
        {
            "base": str(move.spot.base),
            "path": list(move.spot.parts),
            "aside": list(move.aside.parts),
            "before": move.before,
            "after": move.after,
        }
        for move in change.moves
    )
    return "".join(json.dumps(line) + "\n" for line in (head, *moves))


def _dump_spot(spot: Spot) -> list[str]:
    return [str(spot.base), *spot.parts]


def _load(text: str) -> tuple[MoveSet, bool]:
    """What was saved. Raises ValueError, KeyError or TypeError for anything else."""
    head, *lines = [cast("Mapping[str, object]", json.loads(line)) for line in text.splitlines()]
    if head["version"] != VERSION:
        raise ValueError(f"version {head['version']}")
    moves = tuple(
        Move(
            _load_spot([line["base"], *_texts(line["path"])]),
            _load_spot([line["base"], *_texts(line["aside"])]),
            str(line["before"]),
            str(line["after"]),
        )
        for line in lines
    )
    litter, folders = (
        tuple(_load_spot(spot) for spot in cast("list[list[object]]", head[key]))
        for key in ("litter", "folders")
    )
    return MoveSet(moves, litter, folders), head["committed"] is True


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return [str(part) for part in cast("list[object]", value)]


def _load_spot(parts: Sequence[object]) -> Spot:
    base, *names = [str(part) for part in parts]
    if not names or any(name in {"", ".", ".."} or "/" in name for name in names):
        raise ValueError("not a path below its base")
    return Spot(Path(base), tuple(names))


@contextlib.contextmanager
def hold(state: Path) -> Generator[bool]:
    """Keep other processes of this project from writing. Raises OSError, also after a wait.

    False where the file system has no locks: then only the person does.
    """
    folder = state / FOLDER_NAME
    make_private(folder)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _lock(lock)
    finally:
        os.close(lock)


def _lock(lock: int) -> bool:
    end = time.monotonic() + MOST_SECONDS_TO_WAIT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= end:
                raise TimeoutError("another inhouse is writing in this project") from error
            time.sleep(SECONDS_BETWEEN_TRIES)
        except OSError:
            return False
        else:
            return True


def recover(state: Path) -> tuple[str, ...]:
    """Finish or clear away what killed processes left, and say in sentences what was done.

    To be called when a session begins; every write does it too. Clearing away is not worth a
    sentence. What could not be finished is tried again the next time.
    """
    try:
        if not (state / FOLDER_NAME).is_dir():
            return ()
        with hold(state) as locked:
            return settle(state) if locked else (*settle(state), UNLOCKED)
    except OSError as error:
        return (f"Interrupted writes could not be looked for: {error.strerror or error}.",)


def settle(state: Path) -> tuple[str, ...]:
    """What `recover` does, for who holds the lock. Raises OSError of the folder of records."""
    folder = state / FOLDER_NAME
    said: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == UNFINISHED:
            path.unlink()
        elif path.suffix == RECORD:
            said += _settle(path)
    return tuple(said)


def _settle(record: Path) -> list[str]:
    try:
        change, committed = _load(record.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        aside = record.with_suffix(DAMAGED)
        record.rename(aside)
        return [f"The record of an interrupted write cannot be understood ({error}): {aside}."]
    with Descent() as descent:
        carried = carry_out(change, descent) if committed else None
        if carried is None or carried.error is None:
            Record(record).clear(change, descent)
    return _say(change, carried, record) if carried else []


def _say(change: MoveSet, carried: Carried, record: Path) -> list[str]:
    names = ["/".join(move.spot.parts) for move in change.moves]
    listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    if carried.stopped and carried.error:
        reason = (carried.error.strerror or str(carried.error)).lower()
        return [
            f"A change of {listed} was interrupted and cannot be finished: "
            f"{'/'.join(carried.stopped.parts)}: {reason}. It is tried again before the next "
            f"write. To leave the files as they are, delete {record}."
        ]
    said = [f"A change of {listed} was interrupted; it is finished now."]
    said += [
        f"{'/'.join(spot.parts)} was changed by somebody else since then and was left as it is."
        for spot in carried.foreign
    ]
    return said
