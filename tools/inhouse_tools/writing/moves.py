"""Moves of files that belong together: carried out one after the other, as often as needed."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from inhouse_tools.writing.descent import FOLDER, Descent, Spot


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one path: `before` becomes `after`, digests as in `Standing`.

    What shall stand there lies ready at `aside`, with its mode; what shall be gone is moved there.
    What is replaced is kept at `backup`, if that is given.
    """

    spot: Spot
    aside: Spot
    before: str
    after: str
    backup: Spot | None = None


@dataclass(frozen=True, slots=True)
class MoveSet:
    """Moves that belong together, and what to remove behind them.

    `litter` are temporary files; `folders` go when they are empty, the inner ones first.
    """

    moves: tuple[Move, ...]
    litter: tuple[Spot, ...]
    folders: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """How far a change came: spots that somebody else had changed, and the error that ended it."""

    foreign: tuple[Spot, ...] = ()
    stopped: Spot | None = None
    error: OSError | None = None


def carry_out(change: MoveSet, descent: Descent) -> Carried:
    """Do every move that is not done yet, those first that take something away.

    A spot where neither the old nor the new content stands is left alone.
    """
    foreign: list[Spot] = []
    touched: dict[Spot, None] = {}
    moves = sorted(change.moves, key=lambda move: bool(move.after))
    for move in moves:
        try:
            if not _carry_out(move, descent):
                foreign.append(move.spot)
            descent.trim()
        except OSError as error:
            return Carried(tuple(foreign), move.spot, error)
        # From the folder that was there already down to the one that was perhaps made.
        for depth in range(len(move.aside.folder.parts), len(move.spot.parts)):
            touched[Spot(move.spot.base, move.spot.parts[:depth])] = None
    return Carried(tuple(foreign), *_sync(touched, descent))


def _carry_out(move: Move, descent: Descent) -> bool:
    """Whether the spot holds what it shall hold."""
    now = descent.look(move.spot).digest
    if not move.after:
        if now and now == move.before:
            descent.move(move.spot, move.aside)
            return True
        return not now
    ready = descent.look(move.aside).digest == move.after
    if ready and now == FOLDER and not move.before:
        # Its files were removed by this change.
        descent.remove_folder(move.spot)
        now = ""
    if ready and now == move.before:
        if now and move.backup:
            descent.keep(move.spot, move.backup)
        descent.move(move.aside, move.spot)
        return True
    return now == move.after


def _sync(folders: Iterable[Spot], descent: Descent) -> tuple[Spot | None, OSError | None]:
    for folder in folders:
        try:
            descent.sync(folder)
            descent.trim()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            return folder, error
    return None, None


def tidy(change: MoveSet, descent: Descent) -> bool:
    """Remove what lies about behind a change; whether all of it is gone."""
    gone = True
    for spot in change.litter:
        try:
            descent.remove(spot)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            gone = False
        descent.trim()
    for folder in sorted(change.folders, key=lambda spot: -len(spot.parts)):
        with contextlib.suppress(OSError):
            if not descent.inside(folder):
                descent.remove_folder(folder)
        descent.trim()
    return gone
