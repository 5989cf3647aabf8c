"""The values that cross between an agent and whatever answers it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
Reason = Literal["stop", "calls", "length", "cancelled", "error"]
ErrorKind = Literal[
    "no_model", "load", "overflow", "engine_lost", "template", "request", "sources", "engine"
]
CallForm = Literal["native", "fenced"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call the model made. `arguments` is JSON text of an object, as written by the model."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation.

    `answers` is the id of the call that a tool message closes. `tokens` is set on assistant
    messages that the engine wrote: the ids of everything since the previous assistant message,
    this one included, as they stand in the transcript of the model with fingerprint `model`.
    """

    role: Role
    text: str = ""
    images: tuple[str, ...] = ()
    thinking: str = ""
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""
    tokens: tuple[int, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What the model is told of one tool; `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is picked; temperature 0 is greedy."""

    temperature: float = 0.0
    top_k: int = 20
    top_p: float = 0.95
    min_p: float = 0.0
    seed: int = 0


# An edit is held to files of so much text in all: more takes too long to be made a grammar of.
MOST_SOURCE_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file as the model has read it, line ends as "\\n".

    `digest` is the sha256 of the text as UTF-8; `text` is None where only the digest has arrived.
    """

    name: str
    digest: str
    text: str | None = None

    @classmethod
    def of(cls, name: str, text: str) -> "Source":
        """A file of this text."""
        return cls(name, sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), text)


@dataclass(frozen=True, slots=True)
class Choices:
    """Values that exist now and that a held call may name.

    `paths` are the files that exist, relative to the root with "/"; empty means that nothing is
    known of them and any path may be named. `read` are those that the model has seen and may
    change, `whole` those of them that are written anew as a whole instead of by their symbols.
    `new` are names that stand ready for new files; with `invent` one new file of any name can be
    written beside them, alone. `fenced` are those of `whole` that hold fenced blocks themselves.
    `symbols` maps a path to the names defined in it.
    Calls in a free answer know `paths` and `symbols`, and besides: `readable` are folders and
    kept outputs, which can be read like files, and `sources` the files that can be edited, so
    that an edit names lines that stand in them. With `foreign` the tools are another program's:
    their calls are held to their schemas alone, whatever their names and parameters mean to us.
    """

    paths: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    invent: bool = True
    fenced: tuple[str, ...] = ()
    symbols: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    readable: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    `held`: the whole turn follows a grammar (calls, or a short text) instead of only the
    calls; with `must_call` it ends with a call, and an answer that is not held is one call.
    `schema`: the answer is one JSON value of this schema and there are no calls. `allowed` names
    the tools that may be called now, None all of them: the prompt shows the same tools in every
    answer, so that no token is read again.
    A held answer without a call begins with one of `openings`, when there are any.
    `think` None is the model's own default. `sampling` None is what the catalogue says.
    `begun` are ids that the answer begins with, and with `doubts` its Finish says where the
    model hesitated: together they let an answer be taken up again at a second choice.
    `think_budget` is the most tokens of thinking, None for no limit. With `max_tokens` 0 the
    prompt is only read, so that the answer comes at once when it is asked for; a `priority` below
    0 lets everything that somebody waits for go before it. With `raw` the text of the one message
    is written on as it stands, outside of any conversation. `chances` asks for the probability of
    every token that is written, and of so many others that were likely; None for no such thing.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    session: str = ""
    max_tokens: int | None = None
    sampling: Sampling | None = None
    think: bool | None = None
    call_form: CallForm = "native"
    held: bool = False
    must_call: bool = False
    allowed: tuple[str, ...] | None = None
    schema: Mapping[str, object] | None = None
    choices: Choices = Choices()
    openings: tuple[str, ...] = ()
    begun: tuple[int, ...] = ()
    doubts: bool = False
    think_budget: int | None = None
    priority: int = 0
    raw: bool = False
    chances: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A token of an answer that might have been another one.

    `place` is its index among the ids of the answer, `token` the id of the other one. `odds` is
    the probability of the other one over that of the one taken.
    """

    place: int
    token: int
    odds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one answer; `input_tokens` includes the cached ones."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent on one answer: waiting for a turn, reading the prompt, writing."""

    queue_seconds: float = 0.0
    read_seconds: float = 0.0
    write_seconds: float = 0.0

    def __add__(self, other: "Timings") -> "Timings":
        return Timings(
            self.queue_seconds + other.queue_seconds,
            self.read_seconds + other.read_seconds,
            self.write_seconds + other.write_seconds,
        )


@dataclass(frozen=True, slots=True)
class ModelError:
    """Why a model could not answer, in a sentence that tells a person what to do next."""

    kind: ErrorKind
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefill:
    """How far the prompt is read, in tokens: `cached` were known, `done` of `total` are read."""

    cached: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a token was: its bytes, the natural logarithm of its probability, and the same of
    the likeliest ones, which were asked for."""

    piece: bytes
    logarithm: float
    likeliest: tuple[tuple[bytes, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Chances:
    """The chances of tokens that were written, in their order."""

    tokens: tuple[Chance, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know while the answer goes on, such as a restarted engine."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of every stream: the whole message, or why there is none.

    `ids` are all ids of the answer as the engine wrote them; `doubts` were asked for.
    """

    message: Message
    reason: Reason
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: ModelError | None = None
    ids: tuple[int, ...] = ()
    doubts: tuple[Doubt, ...] = ()


Part = Text | Thinking | ToolCall | Prefill | Chances | Notice | Finish


# The name in `ServerFacts.off` of what makes figures estimates.
COUNTS: Final = "exact token counts"


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """A server that answers instead of our own engine.

    `label` names its software. `off` maps each thing that is missing there to what that means,
    `notices` are what the person should know before the first answer.
    """

    url: str
    label: str
    off: Mapping[str, str] = field(default_factory=dict[str, str])
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a front end may know of the model that answers.

    `profile` chooses tools and grammar: "small" or "large". `fingerprint` is equal only for
    engines whose token ids mean the same. `server` is None for our own engine. It `sees` images
    or does not.
    """

    name: str
    fingerprint: str
    context_size: int
    profile: Literal["small", "large"]
    thinks: bool = False
    server: ServerFacts | None = None
    sees: bool = False


class ModelClient(Protocol):
    """Whatever answers requests. Failures are values: `stream` never raises for them."""

    async def info(self) -> ModelInfo | ModelError:
        """What answers, started if need be."""
        ...

    async def count(self, request: Request) -> int | ModelError:
        """How many tokens the whole prompt of this request has."""
        ...

    def stream(self, request: Request) -> AsyncIterator[Part]:
        """The answer, ended by exactly one Finish. Cancelling the task stops the engine."""
        ...

    async def read_ahead(self, request: Request) -> None:
        """Read the prompt of a request that is likely to come; what cannot be read is no matter.
        Cancelling the task stops it, and what was read stays known."""
        ...

    async def interrupt(self, session: str) -> None:
        """End the answer of a session at the next token: its Finish says "cancelled" and holds
        what was written."""
        ...

    async def close(self) -> None:
        """Let go of connections; a shared engine host keeps running."""
        ...
