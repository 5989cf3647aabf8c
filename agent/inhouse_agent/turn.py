"""What one turn has come to so far: its messages, costs, changes and denials."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from inhouse_agent.calls import Result, cancel_call
from inhouse_agent.events import Ending, MessageAdded, TurnEnded, UsageReported
from inhouse_agent.guard import LoopGuard
from inhouse_agent.history import open_calls
from inhouse_agent.kit import Kit
from inhouse_agent.verify import Verify
from inhouse_models.chat import Finish, Message, ModelError, Sampling, Timings, Usage

STUCK_TEMPERATURE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ends: `text` is the final answer, or why there is none."""

    ending: Ending
    text: str
    error: ModelError | None = None


@dataclass(slots=True)
class Turn:
    """Everything is counted here; what happens next is decided in the loop.

    `denied_last`: a call was denied among the latest. `nudged`: the model was asked once to go
    on. `check` is the command that decides, `checks` counts its runs. `untried`: the model was
    given something to do and has made no call since. `failed_before`: the check failed before
    any change. `fruitless` counts failed calls since something changed, `stuck` says that the
    last step brought nothing.
    """

    kit: Kit
    history: list[Message]
    started: float = field(default_factory=time.monotonic)
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)
    guard: LoopGuard = field(default_factory=LoopGuard)
    changed: dict[str, None] = field(default_factory=dict[str, None])
    answers: int = 0
    checks: int = 0
    denied: bool = False
    denied_last: bool = False
    nudged: bool = False
    untried: bool = True
    check: Verify | None = None
    failed_before: bool = False
    fruitless: int = 0
    stuck: bool = False

    def add(self, message: Message) -> None:
        """The history grows by one message."""
        self.history.append(message)
        self.kit.emit(MessageAdded(message))

    def tell(self, text: str) -> None:
        """Says something to the model in the place of the person."""
        self.guard.free()
        self.add(Message("user", text))

    def barred_tools(self) -> Collection[str]:
        """The tools that the next answer cannot call."""
        return self.kit.profile.tool_names if self.guard.finished else self.guard.barred

    def sampling(self) -> Sampling | None:
        """The model's own way of picking, but warmer when a small model is stuck: asked the same
        again, a greedy one gives the same answer again. The seed makes it repeatable."""
        if not (self.stuck and self.kit.profile.guided):
            return None
        return Sampling(temperature=STUCK_TEMPERATURE, top_k=40, seed=self.answers)

    def nudge(self, text: str) -> bool:
        """Asks the model to go on, once a turn; False when it was asked before."""
        if self.nudged:
            return False
        self.nudged = True
        self.tell(text)
        return True

    def count(self, finish: Finish) -> None:
        """Adds the cost of one answer."""
        self.answers += 1
        self.usage += finish.usage
        self.timings += finish.timings
        self.kit.emit(UsageReported(finish.usage, finish.timings))

    def close(self, result: Result) -> None:
        """Answers a call in the history and notes what it changed."""
        self.add(Message("tool", result.output.text, answers=result.call.id))
        self.changed.update(dict.fromkeys(result.changed))
        self.denied = self.denied or result.denied

    def close_open_calls(self) -> None:
        """Answers the calls that were interrupted, so that the history stays valid."""
        for call in open_calls(self.history):
            self.add(cancel_call(self.kit, call))

    def end(self, outcome: Outcome) -> TurnEnded:
        """The last event of the turn."""
        ended = TurnEnded(
            outcome.ending,
            outcome.text,
            self.answers,
            self.usage,
            self.timings,
            time.monotonic() - self.started,
            tuple(self.changed),
            outcome.error,
        )
        self.kit.emit(ended)
        return ended
