"""Drafts with the layer of a model that predicts the token after the next one.

The layer's input at a place is the token there and the hidden row that the model's trunk gave for
the token before. It has attention cells of its own, beside those of the trunk.
"""

import ctypes
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from typing_extensions import override

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.binding import library
from inhouse_models.engine.context import Context, DecodeError
from inhouse_models.engine.drafting.hidden import Hidden, HiddenRows, hidden_functions
from inhouse_models.engine.drafting.predictor import PRICE_TRIALS, SwitchedPredictor
from inhouse_models.engine.weights import LoadError

# Those whose layer was tried, or shares its graph with one that was. llama.cpp ends the process
# when a model of these has another number of them than one.
ARCHITECTURES = ("qwen35", "qwen35moe", "qwen3next")
# So many rows wait for the next draft; more are read at once.
MOST_WAITING = 64
# Drafts stand behind what the trunk holds.
LONGEST_DRAFT = 16
# Trying it out: what is read, what is drafted, and how near logits must be to those without.
TEST_TOKENS = 8
TEST_DRAFT = 2
LEAST_ALIKE = 0.05


class _LayerContext(Context):
    """The layer's context: its rows have hidden ones beside their tokens."""

    def __init__(self, trunk: Context) -> None:
        options = trunk.options
        cells = options.cells + options.sequences * (LONGEST_DRAFT + 1)
        own = replace(options, cells=cells, rollback=0, drafts=1)
        super().__init__(trunk.weights, own, trunk)
        self.hidden = HiddenRows(self, outputs_only=True)
        self._rows = np.zeros((options.batch, self.hidden.width), dtype=np.float32)
        self._batch.struct.embd = self._rows.ctypes.data_as(ctypes.POINTER(ctypes.c_float))

    def feed(self, rows: Rows, start: int, before: Hidden) -> None:
        """Append rows from a place on; `before` are the hidden rows of the tokens before each,
        shape (rows, width). Raises DecodeError."""
        self._rows[: len(rows.tokens)] = before
        self._batch.fill([rows], [start])
        status = library().llama_decode(self.pointer, self._batch.struct)
        if status != 0:
            raise DecodeError(f"the prediction layer returned {status} at token {start}")

    def share(self, source: int, target: int, length: int) -> None:
        """Let an empty sequence have the first `length` tokens of another one."""
        library().llama_memory_seq_cp(self._memory, source, target, 0, length)


@dataclass(slots=True)
class _Tail:
    """What is known of a sequence's end: its tokens from `base` on, and their hidden rows, shape
    (tokens, width). The layer's cells hold what stands before `fed`."""

    hidden: Hidden
    base: int = 0
    fed: int = 0
    tokens: list[int] = field(default_factory=list[int])

    @property
    def length(self) -> int:
        """How many tokens the trunk's sequence holds."""
        return self.base + len(self.tokens)

    def keep(self, length: int) -> None:
        """Drop what stands behind."""
        count = max(length - self.base, 0)
        self.base = min(self.base, length)
        del self.tokens[count:]
        self.hidden = self.hidden[:count]


class Prediction(SwitchedPredictor):
    """The prediction layer beside a context that it follows: a Predictor.

    Of a conversation whose beginning was restored or copied from elsewhere it knows only what was
    decoded since; that is enough to draft, slightly worse. Any failure turns it off.
    """

    def __init__(self, trunk: Context) -> None:
        super().__init__(trunk)
        self._layer = _LayerContext(trunk)
        self._hidden = HiddenRows(trunk, outputs_only=False)
        self._none = np.zeros((0, self._hidden.width), dtype=np.float32)
        self._unknown = np.zeros((1, self._hidden.width), dtype=np.float32)
        self._tails = [self._start(0) for _ in range(trunk.options.sequences)]
        self._most_waiting = min(MOST_WAITING, trunk.options.batch - 1)
        trunk.follower = self

    @override
    def turn_off(self, reason: str) -> None:
        """Draft and follow no more, and let the trunk keep its hidden rows to itself."""
        super().turn_off(reason)
        self._hidden.stop()

    def close(self) -> None:
        """Stop following and free the memory; before the trunk's context is closed."""
        if self._off is None:
            self.turn_off("It was closed.")
        self._layer.close()

    def follow(self, parts: Sequence[Rows], starts: Sequence[int]) -> None:
        """Take the hidden rows of what the trunk decoded."""
        hidden = self._hidden.read(sum(len(part.tokens) for part in parts))
        if hidden is None:
            self.turn_off("llama.cpp gives no hidden rows.")
            return
        first = 0
        for part, start in zip(parts, starts, strict=True):
            end = first + len(part.tokens)
            if part.sequence < len(self._tails):
                self._follow(part, start, hidden[first:end])
            first = end

    def _follow(self, part: Rows, start: int, hidden: Hidden) -> None:
        tail = self._tails[part.sequence]
        if start > tail.length:
            # Tokens were restored whose hidden rows nobody has.
            self._layer.clear(part.sequence)
            tail = self._tails[part.sequence] = self._start(start)
        elif start < tail.length:
            self.cut(part.sequence, start)
        if tail.length - tail.fed + len(part.tokens) > self._most_waiting:
            # Nothing of the batch before this one can be taken back any more.
            self._catch_up(part.sequence, tail)
        tail.tokens += part.tokens
        tail.hidden = np.concatenate([tail.hidden, hidden])

    def cut(self, sequence: int, length: int) -> None:
        """The trunk's sequence holds only its first `length` tokens now."""
        if sequence >= len(self._tails):
            return
        tail = self._tails[sequence]
        if length < tail.length:
            tail.keep(length)
        if length < tail.fed:
            self._layer.cut(sequence, length)
            tail.fed = length

    def forget(self, sequence: int) -> None:
        """The trunk's sequence is empty now."""
        if sequence < len(self._tails):
            self._layer.clear(sequence)
            self._tails[sequence] = self._start(0)

    def copy(self, source: int, target: int, length: int) -> None:
        """A sequence of the trunk holds the first `length` tokens of another one now."""
        if max(source, target) >= len(self._tails):
            return
        other = self._tails[source]
        self._layer.clear(target)
        self._layer.share(source, target, length)
        tail = _Tail(other.hidden, other.base, min(other.fed, length), [*other.tokens])
        tail.keep(length)
        self._tails[target] = tail

    def tell(self, sequence: int, tokens: Sequence[int]) -> None:
        """Nothing: tokens without their hidden rows are of no use here."""

    def draft(self, sequence: int, token: int, limit: int) -> list[int]:
        """At most `limit` ids that may follow the sequence and the id that is written next; none
        while the hidden row before it is not known."""
        tail = self._tails[sequence]
        if self._off is not None or not tail.tokens or limit < 1:
            return []
        if tail.length - tail.fed > self._most_waiting:
            self._catch_up(sequence, tail)
        if self._off is not None:
            return []
        started = time.perf_counter()
        try:
            ids = self._draft(sequence, tail, token, min(limit, LONGEST_DRAFT))
        except DecodeError as fault:
            self.turn_off(str(fault))
            return []
        self._price.pay(time.perf_counter() - started, len(ids))
        return ids

    def _draft(self, sequence: int, tail: _Tail, token: int, limit: int) -> list[int]:
        """Go on by the token and then by the layer's own guesses and its own hidden rows."""
        place = tail.length
        if tail.fed > place:
            # A draft was asked for before what it came to was told.
            self._layer.cut(sequence, place)
            tail.fed = place
        waiting = [*tail.tokens[tail.fed - tail.base :], token]
        self._layer.feed(Rows(sequence, waiting), tail.fed, self._before(tail, place + 1))
        # These cells are true; those of guesses are not.
        tail.fed = place + 1
        self._shorten(tail, place)
        ids = [int(self._layer.logits().argmax())]
        while len(ids) < limit:
            hidden = self._layer.hidden.read(1)
            if hidden is None:
                break
            self._layer.feed(Rows(sequence, ids[-1:]), place + len(ids), hidden)
            ids.append(int(self._layer.logits().argmax()))
        if len(ids) > 1:
            self._layer.cut(sequence, tail.fed)
        return ids

    def _catch_up(self, sequence: int, tail: _Tail) -> None:
        """Let the layer read what waits, and keep the last hidden row."""
        try:
            while tail.fed < tail.length:
                end = min(tail.fed + self._layer.options.batch, tail.length)
                tokens = tail.tokens[tail.fed - tail.base : end - tail.base]
                rows = Rows(sequence, tokens, outputs=0)
                self._layer.feed(rows, tail.fed, self._before(tail, end))
                tail.fed = end
        except DecodeError as fault:
            self.turn_off(str(fault))
            return
        self._shorten(tail, tail.length)

    def _before(self, tail: _Tail, end: int) -> Hidden:
        """The hidden rows before the tokens from `fed` to `end`; zeros where it is not known."""
        if tail.fed > tail.base:
            return tail.hidden[tail.fed - tail.base - 1 : end - tail.base - 1]
        return np.concatenate([self._unknown, tail.hidden[: end - tail.base - 1]])

    def _shorten(self, tail: _Tail, length: int) -> None:
        """Forget what the layer has read, but for the last row before the next token."""
        drop = length - 1 - tail.base
        if drop > 0:
            del tail.tokens[:drop]
            tail.hidden = tail.hidden[drop:].copy()
            tail.base += drop

    def _start(self, place: int) -> _Tail:
        return _Tail(self._none, base=place, fed=place)


def open_prediction(trunk: Context) -> Prediction | str:
    """The prediction layer beside a context that holds nothing yet, tried out; or why not.

    Trying it decodes some 30 tokens.
    """
    weights = trunk.weights
    if not weights.prediction_layers:
        return "This model has no layer that predicts further tokens."
    if weights.architecture not in ARCHITECTURES or weights.prediction_layers != 1:
        return f"Prediction layers of {weights.architecture} models are not supported."
    if hidden_functions() is None:
        return "This build of llama.cpp does not have the functions that prediction needs."
    if weights.recurrent and trunk.options.rollback < TEST_DRAFT:
        return "The context cannot take back drafts; it needs a rollback of two tokens or more."
    try:
        prediction = Prediction(trunk)
    except LoadError:
        return "There is not enough memory for the prediction layer."
    fault = _try_out(trunk, prediction)
    if fault is not None:
        prediction.close()
        return fault
    return prediction


def _try_out(trunk: Context, prediction: Prediction) -> str | None:
    """Why the layer, or taking back what it drafts, does not work here; None when both do."""
    end = trunk.weights.vocabulary.end_of_turn
    tokens, then = list(range(end - TEST_TOKENS, end)), end - TEST_TOKENS
    try:
        trunk.decode([Rows(0, tokens)])
        # The first ones are slow: the price shall be that of the later ones.
        drafts = [prediction.draft(0, then, TEST_DRAFT) for _ in range(PRICE_TRIALS)]
        if prediction.off is not None:
            return prediction.off
        if len(drafts[-1]) < TEST_DRAFT or drafts[0] != drafts[-1]:
            return "The prediction layer's guesses are not usable."
        trunk.decode([Rows(0, [then, *drafts[0]], 1 + TEST_DRAFT)])
        if not trunk.cut(0, TEST_TOKENS + 1):
            return "llama.cpp cannot take back drafts of this model."
        trunk.decode([Rows(0, [then])])
        after = trunk.logits().copy()
        trunk.clear(0)
        for part in (tokens, [then], [then]):
            trunk.decode([Rows(0, part)])
        expected = trunk.logits().copy()
    except DecodeError as fault:
        return f"Prediction failed when it was tried: {fault}"
    finally:
        trunk.clear(0)
    # False for anything that is not a number, too.
    alike = np.linalg.norm(after - expected) < LEAST_ALIKE * np.linalg.norm(expected)
    return None if alike else "llama.cpp takes back drafts of this model wrongly."
