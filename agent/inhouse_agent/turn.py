"""What one turn has come to so far: its messages, costs, changes and denials."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from inhouse_agent.calls import Result, cancel_call
from inhouse_agent.checking import TurnChecks
from inhouse_agent.events import Ending, MessageAdded, TurnEnded, UsageReported
from inhouse_agent.gauge import Gauge
from inhouse_agent.guard import LoopGuard
from inhouse_agent.history import open_calls
from inhouse_agent.kit import Kit
from inhouse_agent.shown_images import tool_message
from inhouse_agent.steering import Steering
from inhouse_agent.verify import Verify
from inhouse_models.chat import (
    Finish,
    Message,
    ModelError,
    ModelInfo,
    Request,
    Timings,
    Usage,
)
from inhouse_tools.registry import CHANGING
from inhouse_tools.writing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ends: `text` is the final answer, or why there is none."""

    ending: Ending
    text: str
    error: ModelError | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer that writes files: what was asked, what came, and the files before it, of which
    some were `changed` already."""

    request: Request
    finish: Finish
    before: Snapshot
    changed: tuple[str, ...]


@dataclass(slots=True)
class Turn:
    """Everything is counted here; what happens next is decided in the loop.

    `denied_last`: a call was denied among the latest. `nudged` are the words in which the model
    was asked to go on. `check` is the command that decides, `checks` counts its runs,
    `failed_before` says that it failed before any change. `untried`: the model was given
    something to do and has made no call since. `fruitless` counts failed calls since something
    changed. `acting`: a guided model was asked for a change, `must_change`: the next answer has
    to make one. `settled`: everything the last answer wrote has landed, so a guided model writes
    no more until a command fails. `new_files` are those that the prompt names and that do not
    exist yet, `invents` allows others, `renames` allows renaming. `attempt` is the latest answer
    that wrote files, for its second choices, and `searched` says that those were tried. `info`
    is the model that answers, `gauge` how full its context is, a prompt of `full_at` tokens was
    found too long for it, whatever it says, `planning` says that the turn ends with a plan, and
    `prompt` is what the person asked, with `images` as data URLs.
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
    nudged: set[str] = field(default_factory=set[str])
    untried: bool = True
    check: Verify | None = None
    failed_before: bool = False
    fruitless: int = 0
    acting: bool = False
    must_change: bool = False
    settled: bool = False
    new_files: Sequence[str] = ()
    invents: bool = True
    renames: bool = True
    attempt: Attempt | None = None
    searched: bool = False
    info: ModelInfo | None = None
    gauge: Gauge | None = None
    planning: bool = False
    prompt: str = ""
    images: tuple[str, ...] = ()
    full_at: int = 0
    project_checks: TurnChecks = field(init=False)

    def __post_init__(self) -> None:
        """The project's own checks begin anew with every turn."""
        self.project_checks = self.kit.checking.turn()

    def add(self, message: Message) -> None:
        """The history grows by one message."""
        self.history.append(message)
        self.kit.emit(MessageAdded(message))

    def tell(self, text: str) -> None:
        """Says something to the model in the place of the person."""
        self.guard.free()
        self.add(Message("user", text))

    def take_inbox(self) -> None:
        """The model hears what the person said meanwhile."""
        while self.kit.inbox:
            self.tell(self.kit.inbox.pop(0))

    def steering(self) -> Steering:
        """What the next answer may do."""
        over = self.settled or self.guard.finished
        return Steering(
            must_call=self.untried and not self.guard.barred,
            barred=self._barred_tools(),
            new=self.new_files,
            invent=self.invents,
            openings=[f"I changed `{path}`" for path in self.changed] if over else (),
        )

    def _barred_tools(self) -> Collection[str]:
        """The tools that the next answer cannot call."""
        names = self.kit.profile.tool_names
        if self.guard.finished:
            return names
        barred = set(self.guard.barred)
        if self.kit.workspace.overlay is not None:
            barred.add("bash")
        if self.acting and not self.renames:
            barred.add("rename_symbol")
        if self.settled:
            barred.update(CHANGING)
        elif self.must_change and self.kit.workspace.seen:
            barred.update(name for name in names if name not in CHANGING)
        elif self.check is not None and self.acting and not self.changed:
            # Its output stands in the prompt already.
            barred.add("bash")
        return barred

    def nudge(self, text: str) -> bool:
        """Asks the model to go on, once a turn in these words; False when it was asked before."""
        if text in self.nudged:
            return False
        self.nudged.add(text)
        self.tell(text)
        return True

    def count(self, request: Request, finish: Finish) -> None:
        """Adds the cost of one answer, which also tells how long its prompt was."""
        if finish.usage.input_tokens and not request.begun:
            self.gauge = Gauge(len(request.messages), finish.usage.input_tokens)
        self.usage += finish.usage
        self.timings += finish.timings
        self.kit.emit(UsageReported(finish.usage, finish.timings))

    def close(self, result: Result) -> None:
        """Answers a call in the history and notes what it changed."""
        output = result.output
        self.add(tool_message(result.call.id, output.text, output.images, self.history))
        self.changed.update(dict.fromkeys(result.changed))
        self.denied = self.denied or result.denied

    def files_changed(self) -> tuple[str, ...]:
        """Every file that the turn has changed, by its tools or only by its commands."""
        undo = self.kit.workspace.undo
        # While files are staged no command runs, and what was recorded belongs to the whole plan.
        staged = self.kit.workspace.overlay is not None
        recorded = undo.files_changed() if undo and not staged else ()
        return tuple(dict.fromkeys((*self.changed, *recorded)))

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
            self.files_changed(),
            outcome.error,
        )
        self.kit.emit(ended)
        return ended
