"""Goes back to the moment before a prompt: the conversation, the files, or both."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from inhouse.live.undoing import (
    Undoable,
    describe,
    first_line,
    store_for,
    tell_model,
    unready,
)
from inhouse_agent.events import (
    FileChanged,
    MessageAdded,
    Noticed,
    PlanProposed,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse.build import Built, Wish
    from inhouse_agent.session import Session
    from inhouse_tools.undo import History, Outcome
    from inhouse_tools.undo.record import Turn

WENT_BACK: Final = "Went back to before “{}”. What followed is kept as a branch of this session."
OWN_COMMAND: Final = "! "
MAX_NAMED: Final = 3
# Times of entries are cut to milliseconds.
SLACK: Final = 0.001


@dataclass(frozen=True, slots=True)
class RewindPoint:
    """A prompt of the branch: `entry` is the one before it, "" at the start, `at` its time (ISO
    8601), `files` are those that its turn is known to have changed, `images` what it shows, as
    data URLs."""

    entry: str
    at: str
    prompt: str
    files: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overrule:
    """What a person allows beyond the usual: turns of `others` (other sessions in this folder)
    are taken back as well, and with `force` what was changed since then is overwritten."""

    others: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Rewound:
    """It is done: what to say of the files, and the prompt to begin again with, with its images
    as data URLs."""

    prompt: str
    lines: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing was changed. "others" and "conflict" can be overruled."""

    kind: Literal["others", "conflict", "stuck"]
    text: str


def rewind_points(session: "Session") -> list[RewindPoint]:
    """Every prompt of the branch that counts, the first one first."""
    points: list[RewindPoint] = []
    files: dict[str, None] = {}
    images: tuple[str, ...] = ()
    start: tuple[str, str, str] | None = None

    def close() -> None:
        if start is not None:
            points.append(RewindPoint(*start, tuple(files), images))

    for entry in session.branch():
        match entry.event:
            case TurnStarted(prompt):
                close()
                start, files, images = (entry.parent, entry.at, prompt), {}, ()
            case MessageAdded(message) if message.role == "user" and message.images:
                images = message.images
            case FileChanged(path):
                files[path] = None
            case TurnEnded() as ended:
                files.update(dict.fromkeys(ended.files_changed))
            case _:
                pass
    close()
    return points


async def rewind(
    live: Undoable,
    point: RewindPoint,
    *,
    code: bool,
    conversation: bool,
    overrule: Overrule = Overrule(),
) -> Rewound | Problem:
    """Takes back what the session's turns have changed since this prompt, and the conversation.

    Where the files cannot be taken back, everything stays as it is. What is taken back stays
    stored: files for redo, the conversation as a branch.
    """
    built, wish = live.built, live.wish
    why = unready(live)
    if why or built is None or wish is None:
        return Problem("stuck", why or "The session is not open.")
    lines: tuple[str, ...] = ()
    if code:
        taken = await asyncio.to_thread(_take_back, built.session, wish, point, overrule)
        if isinstance(taken, Problem):
            return taken
        undone = describe(taken, "undo")
        lines = undone.lines if taken.moved else ("No file had to be changed.",)
        if not conversation:
            tell_model(live, "undo", undone.files)
    if conversation:
        follow_branch(built, point.entry, WENT_BACK.format(first_line(point.prompt)))
    if not conversation:
        return Rewound("", lines)
    return Rewound(point.prompt, lines, point.images)


def follow_branch(built: "Built", entry: str, said: str = "") -> None:
    """The session goes on behind this entry, "" for its start; what is `said` stands there then,
    so that it goes on there also when it is opened anew."""
    from inhouse_agent.still_seen import forget_files

    session = built.session
    session.rewind(entry)
    if said:
        session.append(Noticed(said))
    built.history[:] = session.history()
    built.kit.memory = session.memory()
    built.kit.inbox.clear()
    forget_files(built.kit.workspace, built.history)


def _take_back(
    session: "Session", wish: "Wish", point: RewindPoint, overrule: Overrule
) -> "Outcome | Problem":
    from inhouse_tools.refusal import Refusal
    from inhouse_tools.undo import History, Outcome
    from inhouse_tools.undo.record import whole_turns

    store = store_for(wish)
    if not store.exists:
        return Outcome()
    turns = store.run(lambda connection: whole_turns(connection, "done"))
    if isinstance(turns, Refusal):
        return Problem("stuck", turns.text)
    since = [turn for turn in turns if turn.began >= _seconds(point.at)]
    traces = _traces_of(session)
    own = [place for place, turn in enumerate(since) if traces.fit(turn)]
    if not own:
        return Outcome()
    last = own[-1]
    others = [turn for place, turn in enumerate(since[:last]) if place not in own]
    if others and not overrule.others:
        return Problem("others", _name_others(others))
    history = History(store)
    outcome = history.undo(since[last].id, force=overrule.force)
    return outcome if outcome.refusal is None else _put_back(history, outcome)


def _put_back(history: "History", outcome: "Outcome") -> Problem:
    """Half of the turns taken back is no moment that there ever was: they are done again."""
    refusal = outcome.refusal
    text = refusal.text if refusal else ""
    kind: Literal["conflict", "stuck"] = "conflict" if "--force" in text else "stuck"
    if outcome.moved:
        again = history.redo(len(outcome.moved))
        if again.refusal is not None:
            text += f" Later turns are taken back already: {again.refusal.text}"
    return Problem(kind, text)


@dataclass(slots=True)
class _Traces:
    """By what the turns of a session, on all its branches, are known among those of the folder:
    its id, or that of the one it was copied from; what they are recorded as, and when it wrote
    files (seconds since the epoch), for records without a session."""

    sessions: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set[str])
    writes: list[float] = field(default_factory=list[float])

    def fit(self, turn: "Turn") -> bool:
        """Whether a turn is the session's own. A plan may be recorded by a goal that the person
        has changed: then what it wrote tells."""
        if turn.session:
            return turn.session in self.sessions
        if turn.prompt in self.names:
            return True
        return any(turn.began - SLACK <= write <= turn.ended for write in self.writes)


def _traces_of(session: "Session") -> _Traces:
    traces = _Traces(frozenset((session.id, session.header.forked_from)))
    for entry in session.entries:
        match entry.event:
            case TurnStarted(prompt):
                traces.names.add(prompt)
            case PlanProposed(plan):
                traces.names.add(plan.goal)
            case ToolStarted(_, _, title) if title.startswith(OWN_COMMAND):
                traces.names.add(title)
            case FileChanged():
                traces.writes.append(_seconds(entry.at))
            case _:
                pass
    return traces


def _seconds(at: str) -> float:
    """Seconds since the epoch; 0 where the time cannot be read."""
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0


def _name_others(turns: "Sequence[Turn]") -> str:
    named = ", ".join(f"“{first_line(turn.prompt)}”" for turn in turns[:MAX_NAMED])
    more = f" and {len(turns) - MAX_NAMED} more" if len(turns) > MAX_NAMED else ""
    return (
        f"Another session changed files here in between: {named}{more}. "
        "What it did would have to be taken back, too. Nothing was changed."
    )
