"""One answer in the making: what to decode next, and what follows from the logits."""

import codecs
import time
from collections.abc import Callable
from collections.abc import Sequence as Items
from dataclasses import dataclass, field, replace

import numpy as np

from inhouse_models.chat import Doubt, ModelError, Reason, Timings, Usage
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.boundaries import BoundaryFinder
from inhouse_models.engine.chance import chance_of
from inhouse_models.engine.constraint import Constraint, GrammarCompiler
from inhouse_models.engine.context import DecodeError, Logits
from inhouse_models.engine.conversations import Place
from inhouse_models.engine.doubt import find_doubts
from inhouse_models.engine.drafting.drafter import Drafter
from inhouse_models.engine.drafting.policy import DraftPolicy
from inhouse_models.engine.drafting.predictor import PredictedSequence, Predictor
from inhouse_models.engine.job import Drafts, Ended, Hold, Job, Reading, Written
from inhouse_models.engine.places import find_images, text_before_image
from inhouse_models.engine.repetition import repeats_itself
from inhouse_models.engine.sampler import Sampler
from inhouse_models.engine.sequence import common_length
from inhouse_models.engine.thought import ThoughtMeter
from inhouse_models.engine.weights import Vocabulary


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


@dataclass(frozen=True, slots=True)
class Shared:
    """What all answers of a context have in common; `cells` is the longest conversation."""

    vocabulary: Vocabulary
    boundaries: BoundaryFinder
    cells: int
    policy: DraftPolicy | None = None
    predictor: Predictor | None = None


class Generation:
    """One job on one sequence: the prompt is read up to each boundary, then the answer written.

    `written` are ids that the job had when it was postponed, else what it resumes after. Where
    the sequence does not hold the prompt, they are decoded again in the very same steps: read at
    once like a prompt, they would come to slightly other numbers and sometimes to another next
    token.
    """

    def __init__(
        self,
        job: Job,
        place: Place,
        holder: Holder,
        shared: Shared,
        written: Items[int] = (),
    ) -> None:
        self.job = job
        self.sequence = place.sequence
        self._holder = holder
        self._vocabulary = vocabulary = shared.vocabulary
        self._cells = shared.cells
        self._resume = written or job.resume
        self._sampler = Sampler(job.sampling, len(vocabulary.pieces))
        self._answer = _Answer()
        self._drafter: Drafter | None = None
        self._policy = shared.policy
        self._predictor = shared.predictor
        self._drafts = Drafts()
        self._thought = ThoughtMeter(job.thinking) if job.thinking else None
        self._run: list[int] = []
        self._draft: list[int] = []
        self._started = time.perf_counter()
        self._read_at: float | None = None
        self._kept = kept = place.kept
        if kept >= len(job.prompt):
            # The context holds the prompt, so what the answer shall begin with is read like it.
            self._take_up()
        self._target = [*job.prompt, *self._answer.ids]
        self._taken_up = min(len(self._answer.ids), len(job.resume))
        self._images = find_images(self._target, kept)
        found = shared.boundaries.find(self._target, kept, self.sequence.marked)
        self._boundaries = sorted({*found, *(mark for mark in job.marks if mark > kept)})

    def _take_up(self) -> None:
        for token in self._resume:
            self._holder.accept(token)
            self._note(token)
            self._answer.decode_text(self._vocabulary.pieces[token])

    @property
    def reading(self) -> bool:
        """Whether the prompt is not read to its end."""
        return self._read_at is None

    @property
    def written(self) -> tuple[int, ...]:
        """The ids of the answer so far."""
        return tuple(self._answer.ids)

    def begin(self) -> Ended | None:
        """Report what is known; a prompt that is known to its end is answered at once."""
        return self._report_reading()

    def rows(self, room: int, *, draft: bool) -> Rows:
        """What to decode next, of a prompt one whole image or at most `room` tokens; an answer may
        add a draft."""
        if not self.reading:
            self._draft = self._propose() if draft and self._drafter else []
            rows = [*self._run, *self._draft]
            return self.sequence.rows(rows, outputs=1 + len(self._draft))
        done = len(self.sequence.tokens)
        image = next((one for one in self._images if one.end > done), None)
        if image is not None and image.start == done:
            return self.sequence.rows(self._target[done : image.end], outputs=0)
        end = min(done + room, next(b for b in self._boundaries if b > done))
        return self.sequence.rows(self._target[done : min(end, image.start) if image else end])

    def _make_drafter(self, policy: DraftPolicy) -> Drafter:
        """Drafts by looking up, and by computing where there is something that can."""
        computed = None
        if self._predictor is not None:
            computed = PredictedSequence(self._predictor, self.sequence.number)
        return Drafter(self.sequence.look_up(self.job.references), policy, computed)

    def _propose(self) -> list[int]:
        """Ids that may come after the run, as far as the grammar allows them."""
        if self._drafter is None:
            return []
        room = self._cells - len(self.sequence.tokens) - len(self._run) - 1
        if self.job.max_tokens is not None:
            room = min(room, self.job.max_tokens - len(self._answer.ids) - 1)
        draft = self._drafter.propose(certain=len(self._run) - 1, room=max(room, 0))
        draft = text_before_image(draft)
        constraint = self._holder.constraint
        return draft[: constraint.allowed_prefix(draft)] if constraint and draft else draft

    def advance(
        self, rows: Rows, logits_of: Callable[[int], Logits], seconds: float
    ) -> Ended | None:
        """Take the decoded rows; `logits_of(i)` are the logits after the i-th of them."""
        self.sequence.extend(rows.tokens)
        if not self.reading:
            drafted, written = len(self._draft), len(self.sequence.tokens) - len(self._draft)
            ended = self._verify(logits_of)
            accepted = len(self.sequence.tokens) - written
            self._drafts += Drafts(1, drafted, accepted)
            if self._drafter is not None:
                self._drafter.record(accepted, seconds, drafted)
            return replace(ended, drafts=self._drafts) if ended else None
        done = len(self.sequence.tokens)
        if done == len(self._target):
            self.sequence.mark(logits_of(len(rows.tokens) - 1).copy())
        elif done in self._boundaries:
            self.sequence.mark()
        return self._report_reading()

    def _report_reading(self) -> Ended | None:
        done = len(self.sequence.tokens)
        self.job.emit(Reading(self._kept, done, len(self._target)))
        if self.job.cancelled.is_set():
            return self.end("cancelled")
        if done < len(self._target):
            return None
        self._read_at = time.perf_counter()
        if self.job.max_tokens == 0:
            return self.end("length")
        if self._policy is not None:
            self._drafter = self._make_drafter(self._policy)
        logits = self.sequence.logits_at(done)
        if logits is None:
            raise DecodeError("the logits after the prompt are not known")
        self._run = self._write(logits)
        return self._ending()

    def _verify(self, logits_of: Callable[[int], Logits]) -> Ended | None:
        """Write on from the run's last row; as long as the draft says the same, its rows are
        decoded already and serve at once."""
        row, pending = len(self._run) - 1, self._draft
        while True:
            self._run = self._write(logits_of(row))
            ended = self._ending()
            agreed = common_length(self._run, pending)
            row, pending = row + agreed, pending[agreed:]
            if ended is None and agreed and agreed == len(self._run):
                continue
            self._run = self._run[agreed:]
            self._draft = []
            if pending and not self.sequence.take_back(len(pending)):
                raise DecodeError("a draft could not be taken back")
            return ended

    def _write(self, logits: Logits) -> list[int]:
        """Pick the next token, with those that the grammar leaves no choice about behind it, and
        report them; an end of the turn is not among the returned."""
        answer = self._answer
        run = self._close_thinking() or self._follow(self._next(logits))
        chances = self.job.chances
        for token in run:
            self._note(token)
            if token in self._vocabulary.ends:
                continue
            text = answer.decode_text(self._vocabulary.pieces[token])
            if len(answer.ids) > len(self._resume):
                chance = None
                if chances is not None:
                    chance = chance_of(token, logits, self._vocabulary, chances)
                self.job.emit(Written(token, text, chance))
        return run

    def _note(self, token: int) -> None:
        """A token stands in the answer now."""
        self._answer.ids.append(token)
        if self._drafter is not None:
            self._drafter.append(token)
        if self._thought is not None:
            self._thought.accept(token)

    def _ending(self) -> Ended | None:
        """Whether the answer is over after what was just written."""
        ids = self._answer.ids
        if ids[-1] in self._vocabulary.ends:
            return self.end("stop")
        if self._holder.ended:
            ids.append(self._vocabulary.end_of_turn)
            return self.end("stop")
        limit = self.job.max_tokens
        if limit is not None and len(ids) >= limit:
            return self.end("length")
        if len(self.job.prompt) + len(ids) >= self._cells or repeats_itself(ids):
            return self.end("length")
        return self.end("cancelled") if self.job.cancelled.is_set() else None

    def _close_thinking(self) -> list[int]:
        """What ends the thinking when its budget is spent, as far as the grammar lets it."""
        closing = list(self._thought.closing) if self._thought else []
        constraint = self._holder.constraint
        if len(self._answer.ids) < len(self._resume) or (
            constraint and constraint.allowed_prefix(closing) < len(closing)
        ):
            return []
        for token in closing:
            self._holder.accept(token)
        return closing

    def _follow(self, first: int) -> list[int]:
        """A token, and those that must follow it: they are decoded together, not one by one."""
        holder, ends = self._holder, self._vocabulary.ends
        if first in ends:
            return [first]
        holder.accept(first)
        if holder.constraint is None or self.job.chances is not None:
            # What follows without a choice has no logits of its own.
            return [first]
        room = self._cells - len(self.job.prompt) - len(self._answer.ids) - 2
        accepted = [first]
        for token in holder.constraint.forced()[: max(room, 0)]:
            if token in ends:
                break
            holder.accept(token)
            accepted.append(token)
        return accepted

    def _next(self, logits: Logits) -> int:
        """The token that was written before, or the model's pick, with its doubts noted."""
        job, place = self.job, len(self._answer.ids)
        constraint = self._holder.constraint
        if job.beginning is not None:
            pieces = self._vocabulary.pieces
            begun = b"".join(pieces[token] for token in self._answer.ids[: len(job.beginning.text)])
            logits = job.beginning.hold(logits, begun)
        picked = _pick(logits, self._sampler, constraint)
        if place < len(self._resume):
            return self._resume[place]
        if job.doubts:
            self._answer.doubts += find_doubts(logits, picked, place, constraint)
        return picked

    def close(self) -> None:
        """Free what it holds; nothing may be asked of it afterwards."""
        self._sampler.close()

    def end(self, reason: Reason, error: ModelError | None = None) -> Ended:
        """How it ended, with its costs; nothing may be asked of it afterwards."""
        self.close()
        ids, now = self._answer.ids, time.perf_counter()
        read_at = self._read_at or now
        usage = Usage(len(self.job.prompt) + self._taken_up, self._kept, len(ids) - self._taken_up)
        queued_at = self.job.queued_at
        timings = Timings(
            queue_seconds=max(self._started - queued_at, 0.0) if queued_at else 0.0,
            read_seconds=read_at - self._started,
            write_seconds=now - read_at,
        )
        return Ended(reason, tuple(ids), usage, timings, error, tuple(self._answer.doubts))


def _pick(logits: Logits, sampler: Sampler, constraint: Constraint | None) -> int:
    """Sample freely first: a mask over the vocabulary is computed only when that is forbidden."""
    token = sampler.pick(logits)
    if not np.isfinite(logits[token]):
        raise DecodeError("the model gave no usable numbers (NaN); the file may be damaged")
    if constraint is None or constraint.allows(token):
        return token
    return sampler.pick(constraint.masked(logits))
