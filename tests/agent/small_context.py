"""A model with a small context: it counts, refuses what does not fit, and summarises."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from inhouse_models.chat import Finish, Message, ModelError, ModelInfo, Part, Request
from inhouse_models.scripted import INFO, Answer, fail, parts_of, prompt_size, say

FULL = ModelError("overflow", "The context is full.")


def tokens_of(request: Request) -> int:
    """As the scripted models count, with calls."""
    calls = (call for message in request.messages for call in message.calls)
    return prompt_size(request) + sum(len(call.arguments) // 4 + 4 for call in calls)


@dataclass(slots=True)
class SmallContext:
    """Plays its answers in order, then says "Done."; summaries are asked apart from them.

    `context` is what fits, `claimed` what it says of itself. An answer of more than the request
    allows is cut.
    """

    answers: Iterable[Answer]
    context: int = 2_000
    claimed: int = 0
    summary: Answer = field(default_factory=lambda: say("All went well."))
    requests: list[Request] = field(default_factory=list[Request])
    refused: int = 0

    def __post_init__(self) -> None:
        self.answers = iter(self.answers)

    async def info(self) -> ModelInfo:
        return replace(INFO, context_size=self.claimed or self.context)

    async def count(self, request: Request) -> int:
        return tokens_of(request)

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        self.requests.append(request)
        size = tokens_of(request)
        answer = self._answer(request)
        if size >= self.context:
            self.refused += 1
            answer = fail(FULL)
        for part in parts_of(answer, len(self.requests), request):
            if isinstance(part, Finish):
                yield replace(part, usage=replace(part.usage, input_tokens=size))
            else:
                yield part

    async def read_ahead(self, request: Request) -> None:
        """Nothing is read."""

    async def interrupt(self, session: str) -> None:
        """Answers come at once."""

    async def close(self) -> None:
        """Nothing is held."""

    def summaries(self) -> list[Request]:
        """The requests for a summary."""
        return [request for request in self.requests if is_summary(request)]

    def _answer(self, request: Request) -> Answer:
        if is_summary(request):
            return self.summary
        return next(iter(self.answers), say("Done."))


def is_summary(request: Request) -> bool:
    """Whether it asks for a summary: no tool may be called in any other way."""
    return request.allowed == ()


def is_paired(history: Sequence[Message]) -> bool:
    """Whether each call is followed by its result, and each result follows its call."""
    waiting: list[str] = []
    for message in history:
        if message.role == "tool":
            if message.answers not in waiting:
                return False
            waiting.remove(message.answers)
        elif waiting:
            return False
        else:
            waiting = [call.id for call in message.calls]
    return not waiting
