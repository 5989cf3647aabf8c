"""Notices a model that goes round in circles."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal

from inhouse_models.chat import ToolCall

REPEATS: Final = 3
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

    The first repetition is answered with advice, a later one stops the turn.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    advised: bool = False

    def note(self, call: ToolCall, result: str, *, changed: bool) -> Literal["", "advise", "stop"]:
        """Takes one call and its result, says what to do about them."""
        if changed:
            self.counts.clear()
            return ""
        written = f"{normalise_call(call)}\n{result}".encode("utf-8", "surrogatepass")
        key = hashlib.sha256(written).hexdigest()
        self.counts[key] += 1
        if self.counts[key] < REPEATS:
            return ""
        if self.advised:
            return "stop"
        self.advised = True
        return "advise"
