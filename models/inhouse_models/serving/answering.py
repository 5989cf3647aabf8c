"""Asks the engine for one answer, and ends it where the request says so."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from inhouse_models.chat import Finish, Part, Text, Thinking, ToolCall
from inhouse_models.serving.asked import Asked
from inhouse_models.serving.served import Served
from inhouse_models.serving.stopping import StopCutter


async def answer(served: Served, asked: Asked) -> AsyncGenerator[Part]:
    """The parts of the answer, ended by one Finish. Cancelling the task stops the engine."""
    cutting = _Cutting(asked)
    with served.figures.during():
        async for part in served.client.stream(asked.request):
            before = cutting.stopped
            for shown in cutting.shown(part):
                yield shown
            if cutting.stopped and not before:
                # It ends with what it has, so that what it cost is told.
                await served.client.interrupt(asked.request.session)
            if isinstance(part, Finish) and part.error is None:
                served.figures.note(part.usage, part.timings)


class _Cutting:
    """What of an answer is shown, as it comes."""

    def __init__(self, asked: Asked) -> None:
        self._cutter = StopCutter(asked.stops)
        self._one_call = asked.one_call
        self._called = False

    @property
    def stopped(self) -> bool:
        """Whether one of the texts has come that end it."""
        return self._cutter.stopped

    def shown(self, part: Part) -> list[Part]:
        """What stands for this part."""
        if isinstance(part, Finish):
            ended = replace(part, reason="stop") if self.stopped and not part.error else part
            return [*self._rest(), ended]
        if self.stopped or (isinstance(part, ToolCall) and self._called and self._one_call):
            return []
        if isinstance(part, Text):
            text = self._cutter.feed(part.text)
            return [Text(text)] if text else []
        self._called |= isinstance(part, ToolCall)
        return [*self._rest(), part] if isinstance(part, Thinking | ToolCall) else [part]

    def _rest(self) -> list[Part]:
        rest = self._cutter.close()
        return [Text(rest)] if rest else []
