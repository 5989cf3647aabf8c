"""`inhouse complete` as an editor runs it: a line for every request, until the input ends."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inhouse.completing.lines import BadLine, Fields, Lines
from inhouse.completing.request import Asked, Cancel, Id, read_request
from inhouse_models.chat import ModelError
from inhouse_models.completion import Completion, CompletionClient, CompletionRequest

if TYPE_CHECKING:
    from inhouse.completing.context import SymbolContext

CANCELLED = "cancelled"
SAME_ID = "A request with this id is open."
Work = asyncio.Task[Completion | ModelError]


@dataclass(slots=True)
class Service:
    """Answers the requests of one editor: a newer one ends those before it. With no `editor`, each
    is answered, one after the other."""

    root: Path
    editor: str
    client: CompletionClient
    lines: Lines
    context: "SymbolContext | None" = None
    _open: dict[Id, Work] = field(default_factory=dict[Id, Work])
    _answers: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _in_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _unwritten: OSError | None = None

    async def run(self) -> None:
        """Serve until the input ends or nobody reads the answers; raises OSError when they cannot
        be written."""
        try:
            while (line := await self.lines.read()) is not None and self._unwritten is None:
                await self._take(line)
            # A script may send a line and close its end at once.
            await asyncio.gather(*self._answers)
            if self._unwritten is not None:
                raise self._unwritten
        except ConnectionError:
            # The editor is gone, and nobody is to be told anything.
            return
        finally:
            await self._close()

    async def _take(self, line: Fields | BadLine) -> None:
        asked = line if isinstance(line, BadLine) else read_request(line, self.root, self.editor)
        if isinstance(asked, BadLine):
            await self.lines.write({"id": asked.id, "error": asked.text})
        elif isinstance(asked, Cancel):
            self._cancel(asked.id)
        elif asked.id in self._open:
            await self.lines.write({"id": asked.id, "error": SAME_ID})
        else:
            if self.editor:
                for other in list(self._open):
                    self._cancel(other)
            self._begin(asked)

    def _begin(self, asked: Asked) -> None:
        work = asyncio.create_task(self._work(asked.request))
        self._open[asked.id] = work
        answer = asyncio.create_task(self._answer(asked.id, work))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    def _cancel(self, identifier: Id) -> None:
        work = self._open.get(identifier)
        if work is not None:
            work.cancel()

    async def _work(self, request: CompletionRequest) -> Completion | ModelError:
        if self.editor:
            return await self._complete(request)
        async with self._in_turn:
            return await self._complete(request)

    async def _complete(self, request: CompletionRequest) -> Completion | ModelError:
        if self.context is not None:
            request = await self.context.enrich(request)
        return await self.client.complete(request)

    async def _answer(self, identifier: Id, work: Work) -> None:
        started = time.monotonic()
        await asyncio.wait({work})
        self._open.pop(identifier, None)
        if work.cancelled():
            fields = cancelled_fields()
        else:
            fields = answer_fields(work.result(), time.monotonic() - started)
        try:
            await self.lines.write({"id": identifier, **fields})
        except OSError as fault:
            # Who reads the lines is told, with the next one or at the end.
            self._unwritten = fault

    async def _close(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self._open.values(), *self._answers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.context is not None:
            await self.context.close()
        await self.client.close()


def cancelled_fields() -> Fields:
    """What is said of a request that another one has overtaken."""
    return {"text": "", "candidates": [], "tokens": 0, "cached": 0, "ms": 0, "reason": CANCELLED}


def answer_fields(answer: Completion | ModelError, seconds: float) -> Fields:
    """An answer as the fields of its line."""
    if isinstance(answer, ModelError):
        return {"error": answer.text}
    return {
        "text": answer.text,
        "candidates": [one.text for one in answer.candidates],
        "tokens": answer.tokens,
        "cached": answer.cached,
        "read": answer.read,
        "ms": round(seconds * 1000, 1),
        "reason": answer.reason,
    }
