"""Runs several answers at once: every batch holds the next rows of all that can go on."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inhouse_models.chat import ModelError
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.boundaries import BoundaryFinder
from inhouse_models.engine.constraint import GrammarCompiler, GrammarError
from inhouse_models.engine.context import (
    Context,
    DecodeError,
    InterruptedDecodeError,
    Logits,
    NumbersError,
)
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.drafting.policy import DraftPolicy
from inhouse_models.engine.drafting.predictor import Predictor
from inhouse_models.engine.generation import Generation, Holder, Shared
from inhouse_models.engine.job import URGENT, Ended, Job

if TYPE_CHECKING:
    from inhouse_models.engine.vision import Vision

SMALLEST_CHUNK = 32
CALM_SECONDS = 1.0
# Where a chunk can be ended early, larger ones cost nobody anything and are read quicker.
INTERRUPTIBLE_SECONDS = 3.0
BUSY_SECONDS = 0.5
# While somebody waits for every key, and shortly after: the next one is near.
URGENT_SECONDS = 0.2
URGENT_FOLLOWS = 5.0
# What is urgent stands still for one step when the others have not had one for so long.
STANDSTILL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in the queue, and what it had written when it was postponed. `alone`: it may have
    spoilt the answers beside it."""

    job: Job
    written: tuple[int, ...] = ()
    alone: bool = False


class Scheduler:
    """Jobs wait in order for a sequence. Those that write go on in every batch; of those that
    read, one at a time reads a chunk, in turn. One thread only.

    `tokens_per_second` is the latest speed of reading.
    """

    def __init__(
        self,
        context: Context,
        conversations: Conversations,
        compiler: Callable[[], GrammarCompiler],
        predictor: Predictor | None = None,
    ) -> None:
        self._context = context
        self._conversations = conversations
        self._compiler = compiler
        vocabulary = context.weights.vocabulary
        self._shared = Shared(
            vocabulary, BoundaryFinder(vocabulary), context.cells, predictor=predictor
        )
        self.draft_by(None)
        self.tokens_per_second = 0.0
        # What reads the images of prompts, where there is something that can.
        self.vision: Vision | None = None
        self._waiting: deque[Waiting] = deque()
        self._active: list[Generation] = []
        # Whose prompt the running decode reads, when it can be ended early.
        self._reading: Job | None = None
        # The first that waits has no place until something changes.
        self._stuck = False
        # The one that runs must not have others beside it.
        self._alone = False
        self._urgent_at = -URGENT_FOLLOWS
        self._all_stepped_at = 0.0

    def draft_by(self, policy: DraftPolicy | None) -> None:
        """Let this decide on the drafts of answers that begin from now on; None for no drafts."""
        self._policy = policy

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._waiting and not self._active

    @property
    def count(self) -> int:
        """Jobs that wait or run."""
        return len(self._waiting) + len(self._active)

    def add(self, job: Job) -> None:
        """Take a job; its steps end with exactly one Ended."""
        job.wake = self.interrupt
        if job.priority >= URGENT:
            self._urgent_at = time.monotonic()
        self._waiting.append(Waiting(job))
        # By priority, then as they came.
        self._waiting = deque(sorted(self._waiting, key=lambda one: -one.job.priority))
        self._stuck = False

    def put_aside(self) -> list[Waiting]:
        """Take every job off its sequence and give all back in their order, for `take_back`."""
        for generation in self._active[::-1]:
            self._postpone(generation, alone=self._alone)
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    def take_back(self, waiting: Iterable[Waiting]) -> None:
        """Go on with jobs that were put aside."""
        for one in waiting:
            one.job.wake = self.interrupt
            self._waiting.append(one)
        self._stuck = False

    def step(self) -> None:
        """Begin what can begin, then decode one batch."""
        while self._waiting and not self._stuck:
            if self._admit(self._waiting[0]):
                self._waiting.popleft()
            else:
                self._stuck = not self._make_stand_back(self._waiting[0].job)
        chosen = self._choose()
        if not chosen:
            return
        try:
            self._decode(chosen)
        except NumbersError as fault:
            self._isolate([generation for generation, _rows in chosen], fault)
        except DecodeError as fault:
            self._fail([generation for generation, _rows in chosen], fault)

    def _admit(self, waiting: Waiting) -> bool:
        """Begin a job; False while there is no place for it."""
        job = waiting.job
        if job.cancelled.is_set():
            job.emit(Ended("cancelled", ids=waiting.written))
            return True
        if not self._conversations.has_place(aside=job.aside):
            return False
        if self._active and (waiting.alone or self._alone):
            return False
        wanted = [*job.prompt, *(waiting.written or job.resume)]
        length = len(wanted)
        if length >= self._context.cells:
            job.emit(Ended("error", error=self._overflow(length)))
            return True
        try:
            # Before a sequence is touched: a bad grammar costs nothing.
            holder = Holder(job.hold, self._compiler)
        except GrammarError as fault:
            job.emit(Ended("error", error=_grammar_failed(fault)))
            return True
        take = self._conversations.take_aside if job.aside else self._conversations.take
        place = take(wanted)
        if place is None:
            return False
        room = self._conversations.make_room(length - place.kept + 1, keep=place.sequence)
        if not room and self._active:
            place.sequence.busy = False
            return False
        if self._shared.predictor is not None and not place.sequence.has_images:
            self._shared.predictor.tell(place.sequence.number, place.sequence.tokens)
        shared = replace(self._shared, policy=self._policy)
        self._alone = waiting.alone
        self._begin(Generation(job, place, holder, shared, waiting.written))
        return True

    def _make_stand_back(self, job: Job) -> bool:
        """Postpone what only reads ahead of time, for a job that somebody waits for; and when that
        is urgent and has no room, the youngest answer."""
        others = [one for one in self._active if one.job.priority < min(job.priority, 0)]
        if not others and job.priority >= URGENT and self._conversations.has_place(aside=job.aside):
            less = [one for one in self._active if one.job.priority < job.priority]
            others = sorted(less, key=lambda one: one.job.queued_at)[-1:]
        for generation in others:
            self._postpone(generation, alone=self._alone)
        return bool(others)

    def _begin(self, generation: Generation) -> None:
        self._active.append(generation)
        self._advance(generation, generation.begin)

    def _overflow(self, length: int) -> ModelError:
        return ModelError(
            "overflow",
            f"The conversation has {length} tokens and the context holds {self._context.cells}."
            " Start a new session, or raise it with `inhouse config set context`.",
        )

    def _choose(self) -> list[tuple[Generation, Rows]]:
        """The next rows of everyone who writes, and a chunk of the one who reads next."""
        turn = self._whose_turn()
        writing = [one for one in turn if not one.reading]
        reading = [one for one in turn if one.reading]
        reading.sort(key=lambda one: -one.job.priority)
        # Drafts are measured by the batch that they make longer, so they have it alone; and a
        # mixed batch may be divided so that a recurrent state cannot be taken back.
        alone = len(turn) == 1
        chosen = [(one, one.rows(0, draft=alone)) for one in writing]
        if reading:
            room = self._context.options.batch - sum(len(rows.tokens) for _one, rows in chosen)
            rows = reading[0].rows(min(room, self._chunk_size()), draft=False)
            # An image has no tokens that could be in a batch with others.
            chosen = [*([] if rows.tokens[0] < 0 else chosen), (reading[0], rows)]
            # The next chunk is another one's.
            self._active.remove(reading[0])
            self._active.append(reading[0])
        return self._fit(chosen)

    def _whose_turn(self) -> list[Generation]:
        """Everyone, or only those that are urgent as long as the others can wait."""
        urgent = [one for one in self._active if one.job.priority >= URGENT]
        now = time.monotonic()
        if not urgent or now - self._all_stepped_at > STANDSTILL_SECONDS:
            self._all_stepped_at = now
            return list(self._active)
        return urgent

    def _fit(self, chosen: list[tuple[Generation, Rows]]) -> list[tuple[Generation, Rows]]:
        """Leave out from the end what has no room, and give its cells to the others."""
        while chosen:
            count = sum(len(rows.tokens) for _one, rows in chosen)
            if self._conversations.make_room(count, keep=chosen[0][0].sequence):
                return chosen
            if len(self._active) == 1:
                self._finish(chosen[0][0], chosen[0][0].end("length"))
                return []
            self._postpone(
                max(self._active, key=lambda one: (-one.job.priority, one.job.queued_at))
            )
            chosen = [(one, rows) for one, rows in chosen if one in self._active]
        return chosen

    def _postpone(self, generation: Generation, *, alone: bool = False) -> None:
        """Take a job off its sequence; it goes on later from its saved state."""
        self._active.remove(generation)
        generation.close()
        generation.sequence.busy = False
        self._conversations.park(generation.sequence)
        priority = generation.job.priority
        # It has waited before, so it is the first of those that are equally urgent.
        above = sum(one.job.priority > priority for one in self._waiting)
        place = len(self._waiting) if priority < 0 else above
        self._waiting.insert(place, Waiting(generation.job, generation.written, alone))

    def _chunk_size(self) -> int:
        busy = len(self._active) + len(self._waiting) > 1
        calm = INTERRUPTIBLE_SECONDS if self._context.interruption else CALM_SECONDS
        seconds = BUSY_SECONDS if busy else calm
        if time.monotonic() - self._urgent_at < URGENT_FOLLOWS:
            seconds = URGENT_SECONDS
        wanted = int(self.tokens_per_second * seconds) // SMALLEST_CHUNK * SMALLEST_CHUNK
        return min(max(wanted, SMALLEST_CHUNK * 2), self._context.chunk)

    def _decode(self, chosen: list[tuple[Generation, Rows]]) -> None:
        if chosen[0][1].tokens[0] < 0:
            self._read_image(*chosen[0])
            return
        started = time.perf_counter()
        if not self._decode_unless_cancelled(chosen):
            return
        self._context.synchronise()
        seconds = time.perf_counter() - started
        read = sum(len(rows.tokens) for one, rows in chosen if one.reading)
        if read >= SMALLEST_CHUNK:
            self.tokens_per_second = read / seconds
        first = 0
        for generation, rows in chosen:
            self._advance_rows(generation, rows, first, seconds)
            first += len(rows.tokens)

    def _decode_unless_cancelled(self, chosen: list[tuple[Generation, Rows]]) -> bool:
        """Decode a batch; False when it read for one job only, and that was cancelled."""
        generation, interruption = chosen[0][0], self._context.interruption
        if interruption is not None:
            interruption.clear()
            self._reading = generation.job if len(chosen) == 1 and generation.reading else None
        with contextlib.suppress(InterruptedDecodeError):
            if self._reading is None or not self._reading.cancelled.is_set():
                self._context.decode([rows for _one, rows in chosen])
                self._reading = None
                return True
        self._reading = None
        # A flag that came too late for its own job ends the decode of another one, which is done
        # again.
        if generation.job.cancelled.is_set():
            self._finish(generation, generation.end("cancelled"))
        return False

    def interrupt(self, job: Job) -> None:
        """End the chunk that is read for this job; from any thread."""
        if self._reading is job and self._context.interruption is not None:
            self._context.interruption.request()

    def make_way(self, job: Job) -> None:
        """End the chunk of a less urgent job, which is read again later; from any thread."""
        reading = self._reading
        if reading is not None and reading.priority < job.priority and self._context.interruption:
            self._context.interruption.request()

    def _read_image(self, generation: Generation, rows: Rows) -> None:
        if self.vision is None:
            raise DecodeError("there is an image in the conversation, and no projector")
        self.vision.read(self._context, generation.job.pictures, rows)
        self._advance_rows(generation, rows, 0, 0.0)

    def _advance_rows(self, generation: Generation, rows: Rows, first: int, seconds: float) -> None:
        def logits_of(row: int) -> Logits:
            return self._context.logits(first + row)

        self._advance(generation, lambda: generation.advance(rows, logits_of, seconds))

    def _advance(self, generation: Generation, step: Callable[[], Ended | None]) -> None:
        """Let one job take its step; what fails in it is its own."""
        try:
            ended = step()
        except GrammarError as fault:
            ended = generation.end("error", _grammar_failed(fault))
        except DecodeError as fault:
            self._fail([generation], fault)
            return
        if ended is not None:
            self._finish(generation, ended)

    def _finish(self, generation: Generation, ended: Ended) -> None:
        self._active.remove(generation)
        generation.sequence.busy = False
        self._stuck = False
        generation.job.emit(ended)

    def _isolate(self, suspects: list[Generation], fault: NumbersError) -> None:
        """The text of one of them gives no numbers, which spoilt the whole batch: it fails when it
        was alone, else all go on one by one to find out which it is."""
        for generation in suspects:
            generation.sequence.reject()
        if len(suspects) == 1:
            self._fail(suspects, fault)
        for generation in self._active[::-1]:
            self._postpone(generation, alone=generation in suspects)
        self._conversations.wipe()
        self._stuck = False

    def _fail(self, generations: list[Generation], fault: DecodeError) -> None:
        """End jobs whose sequences hold something unknown now."""
        error = ModelError("engine", f"Decoding failed: {fault}")
        for generation in generations:
            generation.sequence.forget()
            self._finish(generation, generation.end("error", error))


def _grammar_failed(fault: GrammarError) -> ModelError:
    return ModelError("request", f"The grammar failed: {fault}")
