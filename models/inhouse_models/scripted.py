"""Models for tests and demonstrations: scripted, slow and failing ones."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field

from inhouse_models.chat import (
    Doubt,
    Finish,
    Message,
    ModelClient,
    ModelError,
    ModelInfo,
    Part,
    Prefill,
    Reason,
    Request,
    Text,
    Thinking,
    Timings,
    ToolCall,
    Usage,
)

INFO = ModelInfo(name="scripted", fingerprint="scripted", context_size=8192, profile="large")
TIMINGS = Timings(queue_seconds=0.0, read_seconds=0.5, write_seconds=0.25)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scripted model says once: words, calls, or an error instead of both.

    `ids` and `doubts` are those of its Finish.
    """

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    thinking: str = ""
    reason: Reason | None = None
    error: ModelError | None = None
    ids: tuple[int, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def say(text: str, thinking: str = "") -> Answer:
    """An answer without calls."""
    return Answer(text=text, thinking=thinking)


def call(name: str, text: str = "", **arguments: object) -> Answer:
    """An answer with one call; its id is given when it is played."""
    return Answer(text=text, calls=(ToolCall("", name, json.dumps(arguments)),))


def fail(error: ModelError) -> Answer:
    """An answer that breaks off with an error."""
    return Answer(reason="error", error=error)


def prompt_size(request: Request) -> int:
    """A stand-in for tokens: one for every four characters of text and of tools."""
    texts = sum(len(message.text) + 8 for message in request.messages)
    tools = sum(len(tool.description) + len(json.dumps(tool.parameters)) for tool in request.tools)
    return (texts + tools) // 4


def with_ids(calls: Iterable[ToolCall], answer: int) -> tuple[ToolCall, ...]:
    """The calls with an id each: the ones they have, else numbered by answer and place."""
    return tuple(
        ToolCall(one.id or f"call-{answer}-{place}", one.name, one.arguments)
        for place, one in enumerate(calls, 1)
    )


def parts_of(answer: Answer, number: int, request: Request) -> tuple[Part, ...]:
    """The stream that plays this answer, word by word, ended by its Finish."""
    size = prompt_size(request)
    calls = with_ids(answer.calls, number)
    reason: Reason = answer.reason or ("calls" if calls else "stop")
    words = [Text(word) for word in answer.text.splitlines(keepends=True)]
    message = Message("assistant", answer.text, thinking=answer.thinking, calls=calls)
    written = (len(answer.text) + len(answer.thinking)) // 4 + 1
    usage = Usage(size, 0, 0 if answer.error else written)
    finish = Finish(message, reason, usage, TIMINGS, answer.error, answer.ids, answer.doubts)
    thinking = (Thinking(answer.thinking),) if answer.thinking else ()
    return (Prefill(0, size, size), *thinking, *words, *calls, finish)


@dataclass(slots=True)
class ScriptedModel:
    """Plays its answers in order and records what it was asked.

    A request beyond the last answer gets `after`, or else an error that says so.
    """

    answers: tuple[Answer, ...]
    after: Answer | None = None
    about: ModelInfo = INFO
    requests: list[Request] = field(default_factory=list[Request])

    async def info(self) -> ModelInfo:
        """The made-up model."""
        return self.about

    async def count(self, request: Request) -> int:
        """A quarter of the characters."""
        return prompt_size(request)

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """The next answer of the script."""
        self.requests.append(request)
        number = len(self.requests)
        for part in parts_of(self._answer(number), number, request):
            yield part

    async def read_ahead(self, request: Request) -> None:
        """Nothing is read."""

    async def interrupt(self, session: str) -> None:
        """Answers come at once, so there is nothing to end."""

    async def close(self) -> None:
        """Nothing is held."""

    def _answer(self, number: int) -> Answer:
        if number <= len(self.answers):
            return self.answers[number - 1]
        return self.after or fail(ModelError("request", "The script has no further answer."))


@dataclass(slots=True)
class SlowModel:
    """Plays one answer and waits for `go` before the part number `pause`; nothing sleeps.

    `waiting` is set when it waits, `stopped` when its stream was closed before the end.
    """

    answer: Answer
    pause: int = 2
    go: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False

    async def info(self) -> ModelInfo:
        """The made-up model."""
        return INFO

    async def count(self, request: Request) -> int:
        """A quarter of the characters."""
        return prompt_size(request)

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """The answer, held up in the middle."""
        whole = False
        try:
            for place, part in enumerate(parts_of(self.answer, 1, request)):
                if place == self.pause:
                    self.waiting.set()
                    await self.go.wait()
                yield part
            whole = True
        finally:
            self.stopped = not whole

    async def read_ahead(self, request: Request) -> None:
        """Nothing is read."""

    async def interrupt(self, session: str) -> None:
        """Answers come at once, so there is nothing to end."""

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class FailingModel:
    """Plays its answers, but the request number `request` fails after `parts` parts."""

    answers: tuple[Answer, ...]
    error: ModelError
    request: int = 1
    parts: int = 0
    seen: int = 0

    async def info(self) -> ModelInfo | ModelError:
        """The made-up model, or the error when nothing will ever be answered."""
        return self.error if self.request == 0 else INFO

    async def count(self, request: Request) -> int:
        """A quarter of the characters."""
        return prompt_size(request)

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """An answer of the script, or the first parts of one and then the error."""
        self.seen += 1
        answer = self.answers[min(self.seen, len(self.answers)) - 1] if self.answers else Answer()
        parts = parts_of(answer, self.seen, request)
        if self.seen != self.request:
            for part in parts:
                yield part
            return
        told = parts[: self.parts]
        for part in told:
            yield part
        text = "".join(part.text for part in told if isinstance(part, Text))
        yield Finish(Message("assistant", text), "error", error=self.error)

    async def read_ahead(self, request: Request) -> None:
        """Nothing is read."""

    async def interrupt(self, session: str) -> None:
        """Answers come at once, so there is nothing to end."""

    async def close(self) -> None:
        """Nothing is held."""


# The type checker proves here that each fake is a ModelClient.
FAKES: Mapping[str, type[ModelClient]] = {
    "scripted": ScriptedModel,
    "slow": SlowModel,
    "failing": FailingModel,
}
