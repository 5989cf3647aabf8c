"""Questions that wait for a person, in order, and what was said about all of a kind."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse_agent.kit import Answer, Question
    from inhouse_tools.sandbox.network import Network

PERSON = "person"


@dataclass(slots=True)
class Questions:
    """The `ask` of a front end with a person: one question at a time is `current`.

    `changed` is called when a question came or went.
    """

    changed: Callable[[], None] = field(default=lambda: None)
    _waiting: "list[tuple[Question, asyncio.Future[Answer]]]" = field(
        default_factory=list[tuple["Question", "asyncio.Future[Answer]"]]
    )

    @property
    def current(self) -> "Question | None":
        """The question that is to be answered now."""
        return next((question for question, future in self._waiting if not future.done()), None)

    @property
    def behind(self) -> int:
        """How many questions wait behind the current one."""
        return max(0, sum(not future.done() for _question, future in self._waiting) - 1)

    async def ask(self, question: "Question") -> "Answer":
        """The person's answer; a cancelled question is taken away."""
        future = asyncio.get_running_loop().create_future()
        entry = (question, future)
        self._waiting.append(entry)
        self.changed()
        try:
            return await future
        finally:
            self._waiting.remove(entry)
            self.changed()

    def answer(self, *, allowed: bool, comment: str = "", network: "Network | None" = None) -> None:
        """Answers the current question, with what its one call may reach; without a question
        nothing happens."""
        from inhouse_agent.kit import Answer

        for _question, future in self._waiting:
            if not future.done():
                future.set_result(Answer(allowed, PERSON, comment, network))
                return

    def answer_covered(self, covered: "Callable[[Question], bool]", by: str) -> None:
        """Says yes to every question that waits and that a new rule covers."""
        from inhouse_agent.kit import Answer

        for question, future in self._waiting:
            if not future.done() and covered(question):
                future.set_result(Answer(allowed=True, by=by))
