"""Writes the candidates of a completion on the engine, one after the other behind one prompt."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from inhouse_models.chat import ModelError, Reason, Sampling
from inhouse_models.completion import Candidate, Completion, CompletionReason, CompletionRequest
from inhouse_models.engine.beginning import Beginning
from inhouse_models.engine.job import URGENT, Ended, Job, Reading, Step, Written
from inhouse_models.engine.weights import Vocabulary
from inhouse_models.engine.worker import Engine
from inhouse_models.formats.fill_in_middle import FillPrompt
from inhouse_models.formats.fill_stop import Ending, ending_for, find_end, settled

# The likeliest text comes first; others are drawn.
DRAWN = Sampling(temperature=0.7, top_k=40, top_p=0.95)
REASONS: dict[Reason, CompletionReason] = {
    "stop": "stop",
    "calls": "stop",
    "length": "length",
    "cancelled": "cancelled",
    "error": "error",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its prompt, and what the answer begins with: that is no part of the text."""

    request: CompletionRequest
    prompt: FillPrompt
    beginning: Beginning | None = None

    @property
    def begun(self) -> str:
        """The beginning as text."""
        return self.beginning.text.decode("utf-8", "replace") if self.beginning else ""


@dataclass(frozen=True, slots=True)
class Clock:
    """When a request has used up its budget; times as `time.perf_counter` gives them."""

    request: CompletionRequest
    started: float

    def late_reading(self) -> bool:
        """Whether reading shall end."""
        budget = self.request.budget
        return self._is_over(self.started, budget.whole) or self._is_over(self.started, budget.read)

    def late_writing(self, since: float, *, line: bool) -> bool:
        """Whether writing that began then shall end; `line`: a first line is there."""
        budget = self.request.budget
        return self._is_over(self.started, budget.whole) or (
            line and self._is_over(since, budget.write)
        )

    def _is_over(self, since: float, milliseconds: int | None) -> bool:
        return milliseconds is not None and (time.perf_counter() - since) * 1000 >= milliseconds


@dataclass(slots=True)
class _Writing:
    """One candidate. It is judged on the engine's thread, with every token, so that not one more
    is written than is shown."""

    vocabulary: Vocabulary
    ending: Ending
    clock: Clock
    tell: Callable[[Step], None]
    begun: str = ""
    job: Job | None = None
    written: str = ""
    text: str = ""
    tokens: int = 0
    cached: int = 0
    done: int = 0
    first: float = 0.0
    end: int | None = None
    late: bool = False

    def emit(self, step: Step) -> None:
        """Take a step of the engine, and end the job when that was enough."""
        if isinstance(step, Reading):
            self.cached, self.done = step.cached, step.done
            self.late = step.done < step.total and self.clock.late_reading()
        elif isinstance(step, Written):
            self._write(step)
        if self.job is not None and (self.late or self.end is not None):
            # The flag alone: a chunk that is being read shall not be lost.
            self.job.cancelled.set()
        self.tell(step)

    def _write(self, step: Written) -> None:
        if self.end is not None:
            return
        self.first = self.first or time.perf_counter()
        if step.token in self.vocabulary.control:
            self.end = len(self.text) if (cut := self.cut) is None else cut
            return
        self.tokens += 1
        self.written += step.text
        if len(self.written) <= len(self.begun):
            return
        if not self.written.startswith(self.begun):
            self.end = 0
            return
        self.text = self.written[len(self.begun) :]
        self.end = find_end(self.text, self.ending)
        self.late = self.clock.late_writing(self.first, line="\n" in self.text.lstrip("\n"))

    @property
    def cut(self) -> int | None:
        """How much of the text stays when nothing follows."""
        return find_end(self.text, self.ending, whole=True)

    def candidate(self, ended: Ended) -> Candidate:
        """What became of it."""
        reason: CompletionReason = REASONS[ended.reason]
        if self.end is not None:
            reason = "stop"
        elif self.late:
            reason = "budget"
        end = self.cut if self.end is None else self.end
        return Candidate(self.text[:end], self.tokens, reason)


async def propose(
    engine: Engine,
    vocabulary: Vocabulary,
    asked: Asked,
    begin: Callable[[Job], None],
) -> AsyncGenerator[str | Completion | ModelError]:
    """The text of the first candidate as it comes, then the completion, or what went wrong.

    `begin` is told every job. Closing the iterator stops the engine at the next token.
    """
    request, prompt = asked.request, asked.prompt
    clock = Clock(request, time.perf_counter())
    ending = ending_for(request.prefix, request.suffix, request.stop)
    found: list[Candidate] = []
    first: _Writing | None = None
    times = (0.0, 0.0)
    for number in range(request.candidates):
        steps: asyncio.Queue[Step] = asyncio.Queue()
        writing = _Writing(vocabulary, ending, clock, _teller(steps), asked.begun)
        job = _job(asked, writing.emit, number)
        writing.job = job
        begin(job)
        engine.submit(job)
        shown = 0
        try:
            while not isinstance(step := await steps.get(), Ended):
                stays = settled(writing.text, ending)
                if number == 0 and isinstance(step, Written) and stays > shown:
                    yield writing.text[shown:stays]
                    shown = stays
        finally:
            job.cancel()
        if step.error is not None:
            yield step.error
            return
        candidate = writing.candidate(step)
        if first is None:
            first, times = writing, (step.timings.read_seconds, 0.0)
            if candidate.text[shown:]:
                yield candidate.text[shown:]
        times = (times[0], times[1] + step.timings.write_seconds)
        if candidate.text not in [one.text for one in found]:
            found.append(candidate)
        if candidate.reason in ("budget", "cancelled") or not request.max_tokens:
            break
    read = first.done - first.cached if first else 0
    yield Completion(
        tuple(found), first.cached if first else 0, read, *times, truncated=prompt.truncated
    )


def _teller(steps: "asyncio.Queue[Step]") -> Callable[[Step], None]:
    loop = asyncio.get_running_loop()

    def tell(step: Step) -> None:
        loop.call_soon_threadsafe(steps.put_nowait, step)

    return tell


def _job(asked: Asked, emit: Callable[[Step], None], number: int) -> Job:
    tokens = asked.request.max_tokens
    drawn = Sampling(DRAWN.temperature, DRAWN.top_k, DRAWN.top_p, seed=number)
    return Job(
        prompt=asked.prompt.ids,
        emit=emit,
        sampling=drawn if number else Sampling(),
        # The token before the cursor is one of them, as each costs the same; it alone is nothing.
        max_tokens=max(tokens, 1 + bool(asked.beginning)) if tokens else 0,
        priority=URGENT,
        aside=True,
        marks=asked.prompt.marks,
        beginning=asked.beginning,
    )
