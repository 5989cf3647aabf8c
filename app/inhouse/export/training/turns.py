"""The turns of a session, and which of them count as accepted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from inhouse_agent.events import Answered, Event, ToolEnded, TurnEnded, TurnStarted

if TYPE_CHECKING:
    from inhouse_agent.journal import Entry
    from inhouse_agent.session import Session

Reason = Literal[
    "accepted", "unfinished", "failed", "blocked", "limit", "engine_error", "interrupted", "denied",
    "taken back", "after one that was not accepted",
]  # fmt: skip
ACCEPTED: Final = "accepted"
DENIED: Final = "Denied: "
AFTER: Final = "after one that was not accepted"


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt and what followed; `entries` begin with its TurnStarted."""

    entries: tuple["Entry", ...]

    @property
    def began(self) -> str:
        """When it began (ISO 8601, UTC)."""
        return self.entries[0].at

    @property
    def ended(self) -> TurnEnded | None:
        """How it ended, None when it was cut off."""
        ends = (one.event for one in self.entries if isinstance(one.event, TurnEnded))
        return next(ends, None)


@dataclass(frozen=True, slots=True)
class Judged:
    """A turn and why it counts, or why not."""

    turn: Turn
    reason: Reason


def turns_of(session: "Session") -> list[Turn]:
    """The turns of the branch that counts; what stands before the first prompt is in none."""
    turns: list[list[Entry]] = []
    for entry in session.branch():
        if isinstance(entry.event, TurnStarted):
            turns.append([])
        if turns:
            turns[-1].append(entry)
    return [Turn(tuple(entries)) for entries in turns]


def judge(turns: Sequence[Turn], taken_back: Collection[int]) -> list[Judged]:
    """Each turn with its reason; `taken_back` are the places of turns that were.

    What follows a turn that does not count was answered with that turn in view, so it does not
    count either: a conversation that leaves something out is none that the model has had.
    """
    judged: list[Judged] = []
    for place, turn in enumerate(turns):
        reason = _reason(turn, taken_back=place in taken_back)
        spoilt = bool(judged) and judged[-1].reason != ACCEPTED
        judged.append(Judged(turn, AFTER if spoilt and reason == ACCEPTED else reason))
    return judged


def _reason(turn: Turn, *, taken_back: bool) -> Reason:
    ended = turn.ended
    if ended is None:
        return "unfinished"
    if ended.ending != "success":
        return ended.ending
    if any(_denies(one.event) for one in turn.entries):
        return "denied"
    return "taken back" if taken_back else ACCEPTED


def _denies(event: Event) -> bool:
    """Whether a person or a rule refused a call: it is nothing to learn."""
    if isinstance(event, Answered):
        return not event.allowed
    return isinstance(event, ToolEnded) and event.failed and event.text.startswith(DENIED)
