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
ADVICE: Final = (
    f"You have made the same call {REPEATS} times and got the same result. "
    "Do not repeat it. Try something else, or give your final answer."
)
STOPPED: Final = (
    "Stopped: the model kept making the same call with the same result. "
    "Say more precisely what you want, or use a larger model."
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
