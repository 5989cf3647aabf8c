"""One conversation in a context: the tokens it holds and the places it can be taken back to."""

import time
from collections.abc import Sequence as Items
from dataclasses import dataclass, replace

import numpy as np

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, Logits
from inhouse_models.engine.drafting.lookup import Lookup
from inhouse_models.engine.drafting.ngrams import LONGEST
from inhouse_models.engine.places import Places
from inhouse_models.engine.thinning import least_missed

DROPPED = range(16, 4096)
"""How long a dropped end must be to serve drafts, and how much of it is kept; in tokens."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A prefix that can be taken up again: the recurrent state at its end (empty without
    recurrent layers), and the logits there when they were computed."""

    length: int
    state: bytes = b""
    logits: Logits | None = None


def common_length(held: Items[int], wanted: Items[int]) -> int:
    """How many leading ids two sequences share."""
    shorter = min(len(held), len(wanted))
    left = np.asarray(held[:shorter], dtype=np.int64)
    right = np.asarray(wanted[:shorter], dtype=np.int64)
    differing = np.flatnonzero(left != right)
    return int(differing[0]) if differing.size else shorter


class Sequence:
    """A sequence of a context. `tokens` are exactly those whose state the context holds.

    Without recurrent layers it can be cut anywhere; with them only at a mark, or by a few tokens
    right after a batch; never within an image. `marks` also say where a saved state is divided.
    `dropped` is what stood behind the last cut, for drafts.
    """

    def __init__(self, context: Context, number: int, most_marks: int) -> None:
        self.number = number
        self.tokens: list[int] = []
        self.marks: list[Mark] = []
        self.busy = False
        self.used = 0.0
        self._context = context
        self._recurrent = context.weights.recurrent
        self._most_marks = most_marks
        self._last_rows = 0
        self._lookup = Lookup()
        self.dropped: tuple[int, ...] = ()
        self._places = Places(shared=context.weights.spatial)

    def reusable(self, prompt: Items[int]) -> int:
        """How many tokens of `prompt` need not be read. When it is all of them, the logits after
        it are known."""
        shared = self._places.outside(common_length(self.tokens, prompt))
        if shared < len(prompt) and shared == len(self.tokens):
            return shared
        if self._recurrent:
            return max((m.length for m in self.marks if self._serves(m, shared, prompt)), default=0)
        known = self.logits_at(len(prompt)) is not None
        known = known or shared < len(prompt)
        return shared if known else self._places.outside(shared - 1)

    def _serves(self, mark: Mark, shared: int, prompt: Items[int]) -> bool:
        return mark.length <= shared and (mark.length < len(prompt) or mark.logits is not None)

    def logits_at(self, length: int) -> Logits | None:
        """The logits after the first `length` tokens, where they are kept."""
        return next((mark.logits for mark in self.marks if mark.length == length), None)

    @property
    def marked(self) -> int:
        """Tokens up to the last mark."""
        return self.marks[-1].length if self.marks else 0

    def rows(self, tokens: Items[int], outputs: int = 1) -> Rows:
        """A part of the next batch."""
        count, places = len(self.tokens), self._places
        return Rows(self.number, tokens, outputs, places.held(count), places.position(count))

    def position(self, length: int) -> int:
        """Where the token that follows the first `length` ones is to the model."""
        return self._places.position(length)

    @property
    def has_images(self) -> bool:
        """Whether it holds more than text."""
        return self._places.has_images

    def extend(self, tokens: Items[int]) -> None:
        """Note that `tokens` were decoded."""
        self._places.extend(len(self.tokens), tokens)
        self.tokens.extend(tokens)
        self._last_rows = len(tokens)
        self.used = time.monotonic()

    def mark(self, logits: Logits | None = None) -> None:
        """Make it possible to come back to here."""
        length = len(self.tokens)
        older = (mark for mark in self.marks if mark.length < length)
        # Logits serve a prompt that is asked once more: those of the latest are enough.
        self.marks = [replace(mark, logits=None) if logits is not None else mark for mark in older]
        self.marks.append(Mark(length, self._context.snapshot(self.number), logits))
        if self._recurrent and len(self.marks) > self._most_marks:
            self._thin()

    def _thin(self) -> None:
        place = least_missed([mark.length for mark in self.marks])
        if place is not None:
            del self.marks[place]

    def take_back(self, count: int) -> bool:
        """Drop the last `count` tokens of the last batch; False where only a mark can help."""
        length = len(self.tokens) - count
        if self._recurrent:
            reach = min(self._context.options.rollback, self._last_rows - 1)
            if count > reach:
                return False
        if not self._context.cut(self.number, self.position(length)):
            return False
        self._keep(length)
        return True

    def cut(self, length: int) -> int:
        """Keep at most the first `length` tokens; returns how many are kept."""
        if length >= len(self.tokens):
            return len(self.tokens)
        return self._cut(self._places.outside(length))

    def _cut(self, length: int) -> int:
        kept = self._cut_recurrent(length) if self._recurrent else self._cut_cells(length)
        if kept == 0:
            self._context.clear(self.number)
        self._keep(kept)
        return kept

    def reject(self) -> None:
        """Drop rows that were decoded and not noted; with recurrent layers, back to a mark."""
        self._cut(len(self.tokens))

    def _cut_cells(self, length: int) -> int:
        return length if length and self._context.cut(self.number, self.position(length)) else 0

    def _cut_recurrent(self, length: int) -> int:
        for mark in reversed(self.marks):
            if mark.length <= length and self._context.restore_snapshot(
                self.number, mark.state, self.position(mark.length)
            ):
                return mark.length
        return 0

    def _keep(self, length: int) -> None:
        self._note_dropped(self.tokens, length)
        del self.tokens[length:]
        self._places.keep(length)
        self.marks = [mark for mark in self.marks if mark.length <= length]
        self._last_rows = 0

    def _note_dropped(self, tokens: Items[int], length: int) -> None:
        """Keep what stood behind the first `length` tokens, for drafts."""
        if length == 0:
            self.dropped = ()
        elif len(tokens) - length >= DROPPED.start:
            # What stands before it shows where it goes on.
            self.dropped = tuple(tokens[max(0, length - LONGEST) : length + DROPPED.stop])

    def copy_from(self, other: "Sequence", length: int) -> None:
        """Hold what another sequence holds up to one of its marks (any place, without recurrent
        layers); the cells are shared."""
        self.forget()
        if length == 0:
            return
        marks = [mark for mark in other.marks if mark.length <= length]
        state = marks[-1].state if self._recurrent else b""
        if self._context.copy(other.number, self.number, other.position(length), state):
            self.extend(other.tokens[:length])
            self._last_rows, self.marks = 0, marks
            self._note_dropped(other.tokens, length)
        else:
            self.forget()

    def restored(self, tokens: Items[int], state: bytes) -> None:
        """Note that a saved part was appended, which ends where `state` was made."""
        self.extend(tokens)
        self._last_rows = 0
        if state or not self._recurrent:
            self.marks.append(Mark(len(self.tokens), state))

    def look_up(self, files: Items[Items[int]] = ()) -> Lookup:
        """Where the next tokens may be copied from: what stood here before the last cut, such as
        the answer that is asked for once more, then files, and all that the sequence holds."""
        self._lookup.refer([self.dropped, *files] if self.dropped else files)
        known = common_length(self._lookup.transcript, self.tokens)
        self._lookup.rewind(known)
        self._lookup.read(self.tokens[known:])
        return self._lookup

    def forget(self) -> None:
        """Drop everything."""
        self._context.clear(self.number)
        self._keep(0)
