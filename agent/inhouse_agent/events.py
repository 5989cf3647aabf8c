"""The closed union of events that the screen, the JSON stream, editors and the journal consume."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from inhouse_agent.plan import Plan
from inhouse_models.chat import Message, ModelError, Timings, Usage
from inhouse_tools.json_value import JsonValue

Ending = Literal["success", "failed", "blocked", "limit", "engine_error", "interrupted"]
Verdict = Literal["allow", "ask", "deny"]


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A person's prompt begins a turn."""

    prompt: str
    mode: str
    model: str


@dataclass(frozen=True, slots=True)
class PrefillProgress:
    """How far the prompt is read, in tokens."""

    cached: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A piece of the answer; never journalled, MessageAdded holds the whole."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingArrived:
    """A piece of reasoning; never journalled."""

    text: str


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """One whole message joined the history."""

    message: Message


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A call is about to run; `title` is one line for people."""

    call_id: str
    name: str
    title: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """Live output of a running call; never journalled."""

    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A call answered; `text` is what the model reads, `show` is for the screen."""

    call_id: str
    name: str
    text: str
    show: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    failed: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A call waits for a person's answer."""

    call_id: str
    name: str
    reason: str
    targets: tuple[str, ...]
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question was answered, by a person or by the rule that stands for one."""

    call_id: str
    allowed: bool
    by: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """The plan as it stands: (step, state) with state todo, doing or done."""

    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanProposed:
    """The model handed in a plan, which a person may change and have carried out."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class ChangeProposed:
    """The steps of a plan are staged: the whole as a unified diff, before it is written."""

    diff: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileChanged:
    """A file was written; `before` and `after` are sha256 of its bytes, empty when missing."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Compacted:
    """The history was summarised to make room: `before` and `after` are in tokens.

    Its first `kept` messages stay, `messages` stand in the place of all the others.
    """

    before: int
    after: int
    kept: int
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class UsageReported:
    """What one answer cost."""

    usage: Usage
    timings: Timings


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something the person should know: a restarted engine, an ignored file, a denied call."""

    text: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """The person gave the session a title; the last one counts, on whatever branch it stands."""

    title: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is over, with what it came to over all its answers."""

    ending: Ending
    text: str
    answers: int
    usage: Usage
    timings: Timings
    seconds: float
    files_changed: tuple[str, ...] = ()
    error: ModelError | None = None


Event = (
    TurnStarted
    | PrefillProgress
    | TextArrived
    | ThinkingArrived
    | MessageAdded
    | ToolStarted
    | ToolProgress
    | ToolEnded
    | Asked
    | Answered
    | PlanChanged
    | PlanProposed
    | ChangeProposed
    | FileChanged
    | Compacted
    | UsageReported
    | Noticed
    | Renamed
    | TurnEnded
)
