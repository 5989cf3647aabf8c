"""Notices a model that goes round in circles."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from inhouse_models.chat import ToolCall

REPEATS: Final = 3
MOST_BARRED: Final = 2
SAME_DENIALS: Final = 3
DENIALS_IN_A_ROW: Final = 5
MOST_DENIALS: Final = 10
ADVICE: Final = (
    f"You have made the same call {REPEATS} times and got the same result. "
    "Do not repeat it. Try something else, or give your final answer."
)
STOPPED: Final = (
    "Stopped: the model kept making the same call with the same result. "
    "Say more precisely what you want, or use a larger model."
)


DENIED: Final = (
    "Stopped: the model kept asking for what is denied. Allow it by a rule or in another mode, "
    "or say how to do without it."
)


def normalise_call(call: ToolCall) -> str:
    """Calls that differ in spacing or order of arguments only are the same."""
    try:
        arguments = json.dumps(json.loads(call.arguments), sort_keys=True)
    except (ValueError, RecursionError):
        arguments = call.arguments
    return f"{call.name}\n{arguments}"


@dataclass(slots=True)
class LoopGuard:
    """Counts equal calls with equal results since a file changed last.

    The first repetition is answered with advice, a later one stops the turn. Where a grammar
    holds the calls it does not come to that: an answer that would repeat a call is thrown away
    and asked for again with that tool barred, so that a loop never gets into the history, where
    a small model would only copy it.

    `barred` are the tools of the next answer that cannot be called; `finished` says that none
    can, since a model that makes the change again that it has just made has nothing left to do.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    advised: bool = False
    finished: bool = False
    barred: set[str] = field(default_factory=set[str])
    made: set[str] = field(default_factory=set[str])
    landed: set[str] = field(default_factory=set[str])
    denials: Counter[str] = field(default_factory=Counter[str])
    denied_answers: int = 0
    denied_in_a_row: int = 0

    def bars(self, calls: Sequence[ToolCall]) -> bool:
        """Whether every call was made before and can bring nothing new; bars their tools then.

        The same call may bring something new when a file has changed since, unless it is the
        change itself.
        """
        keys = {normalise_call(call) for call in calls}
        if not keys or not keys <= (self.made | self.landed):
            return False
        self.finished = keys <= self.landed or len(self.barred) >= MOST_BARRED
        self.barred |= {call.name for call in calls}
        return True

    def free(self) -> None:
        """Let every tool be called again, because something new was said to the model."""
        self.barred.clear()
        self.finished = False

    def forget(self) -> None:
        """What earlier calls brought is gone from the conversation: they may be made again.

        They still count, so that a model which only ever reads the same again is stopped.
        """
        self.made.clear()
        self.barred.clear()

    def is_stuck(self, denied: Sequence[ToolCall], *, others: bool, changed: bool) -> bool:
        """Takes the `denied` calls of one answer; whether the model only asks for what is denied.

        It is when one call was denied three times, five answers in a row held nothing else, or
        ten held one since a file changed last. `others`: the answer held other calls, too.
        """
        if changed:
            self.denials.clear()
            self.denied_answers = 0
        self.denied_in_a_row = self.denied_in_a_row + 1 if denied and not others else 0
        self.denied_answers += bool(denied)
        self.denials.update({normalise_call(call) for call in denied})
        return (
            self.denied_in_a_row >= DENIALS_IN_A_ROW
            or self.denied_answers >= MOST_DENIALS
            or any(self.denials[normalise_call(call)] >= SAME_DENIALS for call in denied)
        )

    def note(self, call: ToolCall, result: str, *, changed: bool) -> Literal["", "advise", "stop"]:
        """Takes one call and its result, says what to do about them."""
        self.free()
        if changed:
            self.counts.clear()
            self.made.clear()
            self.landed.add(normalise_call(call))
            return ""
        self.made.add(normalise_call(call))
        written = f"{normalise_call(call)}\n{result}".encode("utf-8", "surrogatepass")
        key = hashlib.sha256(written).hexdigest()
        self.counts[key] += 1
        if self.counts[key] < REPEATS:
            return ""
        if self.advised:
            return "stop"
        self.advised = True
        return "advise"
