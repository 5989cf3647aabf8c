"""Takes the changes of turns back in an open session, or does them again, and says so."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from inhouse.build import Built, Wish
    from inhouse_tools.undo import History, Moved, Outcome, Store, Summaries

GIB: Final = 1024**3
MAX_NAMED: Final = 8
LISTED_TURNS: Final = 200
FORCE: Final = "--force"
BUSY: Final = "A turn is running: interrupt it with Esc, or wait for its end."
NOT_OPEN: Final = "The session is not open yet. Try again in a moment."
UNDONE: Final = "I have taken back what you changed: {}. These files are as they were before."
REDONE: Final = "I have put back what you changed: {}."
Way = Literal["undo", "redo"]


class Undoable(Protocol):
    """What of an open session is needed here; LiveSession has it."""

    @property
    def wish(self) -> "Wish | None": ...
    @property
    def built(self) -> "Built | None": ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of it, in lines for a person: so many turns were moved. `stopped` says why these
    are not all; `forceable`: something was changed since then, or is not wholly recorded, which
    can be overruled."""

    lines: tuple[str, ...]
    moved: int = 0
    files: tuple[str, ...] = ()
    stopped: str = ""
    forceable: bool = False


def unready(live: Undoable) -> str:
    """Why nothing can be taken back now; "" when it can."""
    if live.wish is None:
        return NOT_OPEN
    return BUSY if live.state == "busy" else ""


def store_for(wish: "Wish") -> "Store":
    """Where the turns of the session's folder are recorded."""
    from inhouse_agent.undo import store_of

    return store_of(wish.root, int(wish.settings.undo_disk * GIB))


async def move_turns(
    live: Undoable, way: Way, which: int | str = 1, *, force: bool = False
) -> Undone:
    """Takes back the newest turns: so many of the session, or all of the folder down to the one of
    this id; or does them again. The model hears of it with the next prompt. Nothing that can be
    lost is touched.
    """
    problem = unready(live)
    wish = live.wish
    if problem or wish is None:
        return Undone((), stopped=problem)
    from inhouse_tools.undo import History

    history = History(store_for(wish))
    session = live.built.session if live.built else None
    # What a copy goes on with was changed by the session that it was copied from.
    own = (session.id, session.header.forked_from) if session else ()
    outcome = await asyncio.to_thread(moving(history, way), which, force=force, sessions=own)
    undone = describe(outcome, way)
    tell_model(live, way, undone.files)
    return undone


def list_turns(wish: "Wish") -> "Summaries | str":
    """The turns of the folder that can be moved, or why they cannot be read."""
    from inhouse_tools.refusal import Refusal
    from inhouse_tools.undo import summarise

    found = summarise(store_for(wish), LISTED_TURNS)
    return found.text if isinstance(found, Refusal) else found


def moving(history: "History", way: Way) -> "Move":
    """The method for one way."""
    return history.undo if way == "undo" else history.redo


class Move(Protocol):
    """`History.undo` or `History.redo`."""

    def __call__(
        self, which: int | str = 1, *, force: bool = False, sessions: "Collection[str]" = ()
    ) -> "Outcome": ...


def tell_model(live: Undoable, way: Way, files: tuple[str, ...]) -> None:
    """Lets the model know with the next prompt: it believes that its changes stand there."""
    if live.built is not None and files and live.built.history:
        text = UNDONE if way == "undo" else REDONE
        live.built.kit.inbox.append(text.format(name_some(files)))


def describe(outcome: "Outcome", way: Way) -> Undone:
    """An outcome in words."""
    lines = [*outcome.notices]
    for moved in outcome.moved:
        did = "Took back" if way == "undo" else "Did again"
        lines.append(f"{did} “{first_line(moved.turn.prompt)}”: {_what(moved)}")
        lines += moved.notes
    if not outcome.moved and outcome.refusal is None:
        lines.append("There was nothing to take back." if way == "undo" else "Nothing to do again.")
    files = [path for moved in outcome.moved for path in (*moved.restored, *moved.removed)]
    stopped = outcome.refusal.text if outcome.refusal else ""
    names = tuple(dict.fromkeys(files))
    return Undone(tuple(lines), len(outcome.moved), names, stopped, FORCE in stopped)


def name_some(files: tuple[str, ...]) -> str:
    """The first of these files, and how many more there are."""
    more = len(files) - MAX_NAMED
    return ", ".join(files[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def first_line(prompt: str) -> str:
    """The beginning of a prompt, in one line."""
    return next((line.strip() for line in prompt.splitlines() if line.strip()), "")[:80]


def _what(moved: "Moved") -> str:
    parts = [f"restored {name_some(moved.restored)}"] if moved.restored else []
    parts += [f"removed {name_some(moved.removed)}"] if moved.removed else []
    return "; ".join(parts) or "no file had to be changed"
