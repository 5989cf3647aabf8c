"""Which turns' changes did not stay, by what the undo records, the session and the files say."""

import hashlib
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.live.undoing import REDONE, UNDONE
from inhouse_agent.events import FileChanged, MessageAdded
from inhouse_agent.undo import store_of
from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.record import whole_turns

if TYPE_CHECKING:
    from inhouse.export.training.turns import Turn
    from inhouse_agent.session import Session
    from inhouse_tools.undo.record import Turn as Record

# Times of entries are cut to milliseconds.
SLACK: Final = 0.001
MOST_BYTES: Final = 50_000_000
TOLD: Final = tuple(
    re.compile(re.escape(text).replace(r"\{\}", "(.*)"), re.DOTALL) for text in (UNDONE, REDONE)
)


def taken_back(session: "Session", turns: Sequence["Turn"]) -> set[int]:
    """The places of turns of which at least one change is known not to have stayed."""
    told = _told(turns)
    return {
        *told,
        *_recorded(session, turns),
        *_back_in_files(session.root, turns),
    }


def _recorded(session: "Session", turns: Sequence["Turn"]) -> set[int]:
    """Those that the undo records say were taken back and not done again."""
    store = store_of(session.root)
    if not store.exists:
        return set()
    records = store.run(lambda connection: whole_turns(connection, "undone", "undoing"))
    if isinstance(records, Refusal):
        return set()
    own = {session.id, session.header.forked_from} - {""}
    mine = [record for record in records if record.session in own]
    return {
        place
        for place, turn in enumerate(turns)
        if any(_covers(record, _seconds(turn.began)) for record in mine)
    }


def _covers(record: "Record", at: float) -> bool:
    return record.began - SLACK <= at <= record.ended + SLACK


def _told(turns: Sequence["Turn"]) -> set[int]:
    """Those that the session says were taken back: the model was told of their files."""
    back: set[int] = set()
    for place, turn in enumerate(turns):
        for entry in turn.entries:
            event = entry.event
            if not isinstance(event, MessageAdded) or event.message.role != "user":
                continue
            undone, redone = (told.fullmatch(event.message.text) for told in TOLD)
            if undone:
                back |= _newest_with(turns[:place], undone[1], back)
            if redone:
                back -= {one for one in back if _changed(turns[one]) & _names(redone[1])}
    return back


def _newest_with(turns: Sequence["Turn"], names: str, known: Collection[int]) -> set[int]:
    """The newest turns that together changed the named files."""
    left, found = _names(names), set[int]()
    for place in range(len(turns) - 1, -1, -1):
        changed = _changed(turns[place])
        if place not in known and changed & left:
            found.add(place)
            left -= changed
    return found


def _names(names: str) -> set[str]:
    return {name.strip() for name in re.sub(r" and \d+ more$", "", names).split(",")}


def _changed(turn: "Turn") -> set[str]:
    ended = turn.ended
    noted = {one.event.path for one in turn.entries if isinstance(one.event, FileChanged)}
    return noted | set(ended.files_changed if ended else ())


def _back_in_files(root: Path, turns: Sequence["Turn"]) -> set[int]:
    """Those after which a file came to be again what it had been before them, by its content."""
    net = [_net_changes(turn) for turn in turns]
    back: set[int] = set()
    for place, changes in enumerate(net):
        for path, (before, after) in changes.items():
            later = (one[path][0] for one in net[place + 1 :] if path in one)
            now = next(later, None)
            if now is None:
                now = _digest(root / path) if root.is_dir() else after
            if now == before != after:
                back.add(place)
    return back


def _net_changes(turn: "Turn") -> dict[str, tuple[str, str]]:
    """By path: the sha256 of a file before and after a turn, "" where there was none."""
    net: dict[str, tuple[str, str]] = {}
    for entry in turn.entries:
        if isinstance(entry.event, FileChanged):
            change = entry.event
            before = net[change.path][0] if change.path in net else change.before
            net[change.path] = (before, change.after)
    return net


def _digest(path: Path) -> str | None:
    """The sha256 of a file now, "" where there is none, None where that cannot be told."""
    try:
        if path.stat().st_size > MOST_BYTES or not path.is_file():
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
    except OSError:
        return None


def _seconds(at: str) -> float:
    """Seconds since the epoch; 0 where the time cannot be read."""
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0
