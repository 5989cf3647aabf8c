"""Writes one answer: read the prompt, then pick, check and decode until the end."""

import codecs
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from inhouse_models.chat import Doubt, ModelError, Reason, Timings, Usage
from inhouse_models.engine.constraint import Constraint, GrammarCompiler, GrammarError
from inhouse_models.engine.decoder import DecodeError, Decoder, Logits
from inhouse_models.engine.doubt import find_doubts
from inhouse_models.engine.job import Ended, Hold, Job, Reading, Written
from inhouse_models.engine.prefix import PrefixReader
from inhouse_models.engine.repetition import repeats_itself
from inhouse_models.engine.sampler import Sampler


class Holder:
    """Follows a Hold through an answer: always on, or from each trigger to the grammar's end."""

    def __init__(self, hold: Hold | None, compiler: Callable[[], GrammarCompiler]) -> None:
        self._hold = hold
        self._compiler = compiler
        self.constraint: Constraint | None = None
        if hold is not None and hold.trigger is None:
            self.constraint = compiler().matcher(hold.lark)

    def accept(self, token: int) -> None:
        """Go on by a token; a trigger starts the grammar, its end sets the answer free again."""
        if self.constraint is not None:
            self.constraint.accept(token)
            if self.constraint.finished and self._hold is not None and self._hold.trigger:
                self.constraint = None
        elif self._hold is not None and token == self._hold.trigger:
            self.constraint = self._compiler().matcher(self._hold.lark)

    @property
    def ended(self) -> bool:
        """Whether a grammar that spans the whole answer is complete."""
        return self.constraint is not None and self.constraint.finished


@dataclass(slots=True)
class _Answer:
    """What is written of one answer: its ids, where the model hesitated, and open characters."""

    ids: list[int] = field(default_factory=list[int])
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )

    def decode_text(self, piece: bytes) -> str:
        """The text that becomes complete with the bytes of one more token."""
        return self.decoder.decode(piece)


class Generation:
    """One job on one context."""

    def __init__(
        self,
        decoder: Decoder,
        reader: PrefixReader,
        compiler: Callable[[], GrammarCompiler],
        someone_waits: Callable[[], bool],
    ) -> None:
        self._decoder = decoder
        self._reader = reader
        self._compiler = compiler
        self._someone_waits = someone_waits
        self._vocabulary = decoder.weights.vocabulary

    def run(self, job: Job) -> Ended:
        """Do the whole job; every way it can end is a value."""
        started = time.perf_counter()
        prompt = list(job.prompt)
        length = len(prompt) + len(job.resume)
        if length >= self._decoder.context:
            return Ended("error", error=self._overflow(length))
        sampler = Sampler(job.sampling, self._decoder.vocabulary_size)
        try:
            holder = Holder(job.hold, self._compiler)
            kept = self._reader.reuse([*prompt, *job.resume])
            answer = self._take_up(job, kept, holder)
            taken_up = len(answer.ids)
            logits = self._read(job, [*prompt, *answer.ids], kept)
            read_at = time.perf_counter()
            reason: Reason = "cancelled"
            if logits is not None:
                reason = self._write(job, logits, sampler, holder, answer)
        except GrammarError as fault:
            return Ended("error", error=ModelError("request", f"The grammar failed: {fault}"))
        except DecodeError as fault:
            self._reader.forget()
            return Ended("error", error=ModelError("engine", f"Decoding failed: {fault}"))
        finally:
            sampler.close()
        ids = answer.ids
        usage = Usage(len(prompt) + taken_up, kept, len(ids) - taken_up)
        timings = Timings(
            queue_seconds=max(started - job.queued_at, 0.0) if job.queued_at else 0.0,
            read_seconds=read_at - started,
            write_seconds=time.perf_counter() - read_at,
        )
        return Ended(reason, tuple(ids), usage, timings, doubts=tuple(answer.doubts))

    def _take_up(self, job: Job, kept: int, holder: Holder) -> _Answer:
        """The answer to go on with: what it shall begin with, where the context still holds the
        prompt, else nothing yet."""
        answer = _Answer()
        if kept >= len(job.prompt):
            for token in job.resume:
                holder.accept(token)
                answer.ids.append(token)
                answer.decode_text(self._vocabulary.pieces[token])
        return answer

    def _overflow(self, length: int) -> ModelError:
        return ModelError(
            "overflow",
            f"The conversation has {length} tokens and the context holds {self._decoder.context}."
            " Start a new session, or raise it with `inhouse config set context`.",
        )

    def _read(self, job: Job, prompt: list[int], kept: int) -> Logits | None:
        def progress(done: int) -> bool:
            job.emit(Reading(kept, done, len(prompt)))
            return not job.cancelled.is_set()

        if not progress(kept):
            return None
        return self._reader.read(prompt, kept, progress, self._someone_waits)

    def _write(
        self, job: Job, logits: Logits, sampler: Sampler, holder: Holder, answer: _Answer
    ) -> Reason:
        """Append ids to the answer; each is reported before it is decoded.

        What a lost engine had written is decoded again in the very same steps: read at once like
        a prompt, it would come to slightly other numbers and sometimes to another next token.
        """
        ids = answer.ids
        pieces, ends = self._vocabulary.pieces, self._vocabulary.ends
        limit = job.max_tokens if job.max_tokens is not None else self._decoder.context
        while True:
            run = self._follow(_next(job, logits, sampler, holder.constraint, answer), holder)
            for token in run:
                ids.append(token)
                if token in ends:
                    return "stop"
                text = answer.decode_text(pieces[token])
                if len(ids) > len(job.resume):
                    job.emit(Written(token, text))
            if holder.ended:
                ids.append(self._vocabulary.end_of_turn)
                return "stop"
            if len(ids) >= limit or len(self._decoder.tokens) + len(run) >= self._decoder.context:
                return "length"
            if repeats_itself(ids):
                return "length"
            if job.cancelled.is_set():
                return "cancelled"
            self._decoder.decode(run)
            logits = self._decoder.logits()

    def _follow(self, first: int, holder: Holder) -> list[int]:
        """A token, and those that the grammar leaves no choice about behind it: they are decoded
        together, not one by one."""
        if first in self._vocabulary.ends:
            return [first]
        holder.accept(first)
        if holder.constraint is None:
            return [first]
        room = self._decoder.context - len(self._decoder.tokens) - 2
        forced = holder.constraint.forced()[: max(min(room, self._decoder.batch_size - 1), 0)]
        accepted = [first]
        for token in forced:
            if token in self._vocabulary.ends:
                break
            holder.accept(token)
            accepted.append(token)
        return accepted


def _next(
    job: Job, logits: Logits, sampler: Sampler, constraint: Constraint | None, answer: _Answer
) -> int:
    """The token that was written before, or the model's pick, with its doubts noted."""
    place = len(answer.ids)
    picked = _pick(logits, sampler, constraint)
    if place < len(job.resume):
        return job.resume[place]
    if job.doubts:
        answer.doubts += find_doubts(logits, picked, place, constraint)
    return picked


def _pick(logits: Logits, sampler: Sampler, constraint: Constraint | None) -> int:
    """Sample freely first: a mask over the vocabulary is computed only when that is forbidden."""
    token = sampler.pick(logits)
    if not np.isfinite(logits[token]):
        raise DecodeError("the model gave no usable numbers (NaN); the file may be damaged")
    if constraint is None or constraint.allows(token):
        return token
    return sampler.pick(constraint.masked(logits))
