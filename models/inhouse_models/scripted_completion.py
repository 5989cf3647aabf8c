"""A made-up model that completes, for tests: it plays its texts, slowly where it is told to."""

import asyncio
from dataclasses import dataclass, field

from inhouse_models.chat import ModelError
from inhouse_models.completion import Candidate, Completion, CompletionClient, CompletionRequest
from inhouse_models.scripted import ScriptedModel


@dataclass(slots=True)
class ScriptedCompletions(ScriptedModel):
    """Answers completions in order, the last text again and again; an error instead of a text is
    given as it is. Requests whose prefix ends with `slow` wait until they are cancelled."""

    texts: tuple[str | ModelError, ...] = ("",)
    slow: str = "\0"
    asked: list[CompletionRequest] = field(default_factory=list[CompletionRequest])
    cancelled: int = 0

    async def complete(self, request: CompletionRequest) -> Completion | ModelError:
        """The next text of the script."""
        self.asked.append(request)
        if request.prefix.endswith(self.slow):
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled += 1
        text = self.texts[min(len(self.asked), len(self.texts)) - 1]
        if isinstance(text, ModelError):
            return text
        written = len(text) // 4 + 1
        more = tuple(Candidate(f"{text}{number}", 1) for number in range(2, request.candidates + 1))
        return Completion((Candidate(text, written), *more), cached=10, read=2)


# The type checker proves here that the fake is a CompletionClient.
FAKE: type[CompletionClient] = ScriptedCompletions
