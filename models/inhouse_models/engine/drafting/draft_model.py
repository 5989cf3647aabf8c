"""Drafts with a smaller model that has the same vocabulary."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, DecodeError
from inhouse_models.engine.drafting.predictor import SwitchedPredictor
from inhouse_models.engine.weights import LoadError, Vocabulary, Weights

# So many ids wait for the next draft; of more, so many are read with every batch.
MOST_WAITING = 64
# Drafts stand behind what the large model holds.
LONGEST_DRAFT = 16
# Models of one family are padded to different vocabulary sizes.
MOST_PADDING = 1_024


@dataclass(slots=True)
class _Followed:
    """The ids of a sequence from `base` on. The small model's cells hold those before `fed`, and
    when that is all of them also `ahead`, which it took to be the next ones."""

    base: int = 0
    fed: int = 0
    ids: list[int] = field(default_factory=list[int])
    ahead: list[int] = field(default_factory=list[int])

    @property
    def length(self) -> int:
        """How many tokens the large model's sequence holds."""
        return self.base + len(self.ids)


class DraftModel(SwitchedPredictor):
    """A small model that reads along with a large one's context: a Predictor. `context` is its own.

    A conversation that was restored is read anew, a part with every batch of the large model, and
    until then there are no drafts. Any failure turns it off.
    """

    def __init__(self, weights: Weights, large: Context) -> None:
        super().__init__(large)
        options = large.options
        cells = options.cells + options.sequences * (LONGEST_DRAFT + 1)
        own = replace(options, cells=cells, rollback=0, drafts=1)
        self.context = Context(weights, own)
        self._weights = weights
        self._large = large
        self._sequences = [_Followed() for _ in range(options.sequences)]
        self._most_waiting = min(MOST_WAITING, options.batch - 1)
        large.follower = self

    def close(self) -> None:
        """Stop following and free the memory, the small model's weights too."""
        self.turn_off("It was closed.")
        self.context.close()
        self._weights.close()

    def follow(self, parts: Sequence[Rows], starts: Sequence[int]) -> None:
        """Take what the large model decoded."""
        for part, start in zip(parts, starts, strict=True):
            if part.sequence < len(self._sequences) and self._off is None:
                self._follow(part.sequence, start, part.tokens)

    def _follow(self, sequence: int, start: int, tokens: Sequence[int]) -> None:
        one = self._sequences[sequence]
        if start > one.length:
            # Tokens were restored that nobody told.
            self.context.clear(sequence)
            one = self._sequences[sequence] = _Followed(start, start)
        elif start < one.length:
            self.cut(sequence, start)
        self._confirm(sequence, one, tokens)
        one.ids += tokens
        if one.length - one.fed > self._most_waiting:
            self._catch_up(sequence, one, len(tokens) + self._most_waiting)

    def tell(self, sequence: int, tokens: Sequence[int]) -> None:
        """What a sequence holds that may have been restored."""
        one = self._sequences[sequence]
        if one.base == 0 and one.length == len(tokens):
            return
        self.context.clear(sequence)
        self._sequences[sequence] = _Followed(ids=list(tokens))

    def _confirm(self, sequence: int, one: _Followed, tokens: Sequence[int]) -> None:
        """Keep the cells of what was taken to come next, as far as it did."""
        pairs = zip(one.ahead, tokens, strict=False)
        right = next((place for place, (a, b) in enumerate(pairs) if a != b), len(tokens))
        right = min(right, len(one.ahead))
        if right < len(one.ahead):
            self.context.cut(sequence, one.length + right)
        one.fed += right
        one.ahead = []

    def cut(self, sequence: int, length: int) -> None:
        """The large model's sequence holds only its first `length` tokens now."""
        if sequence >= len(self._sequences):
            return
        one = self._sequences[sequence]
        if length >= one.length:
            return
        del one.ids[max(length - one.base, 0) :]
        one.base = min(one.base, length)
        if length < one.fed + len(one.ahead):
            self.context.cut(sequence, length)
        one.fed, one.ahead = min(one.fed, length), []

    def forget(self, sequence: int) -> None:
        """The large model's sequence is empty now."""
        if sequence < len(self._sequences):
            self.context.clear(sequence)
            self._sequences[sequence] = _Followed()

    def copy(self, source: int, target: int, length: int) -> None:
        """A sequence of the large model holds the first `length` tokens of another one now."""
        if max(source, target) >= len(self._sequences):
            return
        other = self._sequences[source]
        self.context.clear(target)
        self.context.copy(source, target, length, b"")
        base = min(other.base, length)
        ids = other.ids[: length - base]
        self._sequences[target] = _Followed(base, min(other.fed, length), ids)

    def draft(self, sequence: int, token: int, limit: int) -> list[int]:
        """At most `limit` ids that may follow the sequence and the id that is written next."""
        one = self._sequences[sequence]
        if self._off is not None or limit < 1 or one.length - one.fed > self._most_waiting:
            return []
        started = time.perf_counter()
        ids = self._draft(sequence, one, token, min(limit, LONGEST_DRAFT))
        if ids:
            self._price.pay(time.perf_counter() - started, len(ids))
        return ids

    def _draft(self, sequence: int, one: _Followed, token: int, limit: int) -> list[int]:
        if one.ahead:
            # A draft was asked for before what it came to was told.
            self.context.cut(sequence, one.length)
            one.ahead = []
        ids: list[int] = []
        known = self._large.vocabulary_size
        waiting = one.ids[one.fed - one.base :]
        ahead = [token]
        while len(ids) < limit and self._decode(sequence, one, [*waiting, *ahead], outputs=1):
            one.fed, one.ahead = one.length, one.ahead + ahead
            # A small model may have more padding than the large one.
            ids.append(int(self.context.logits()[:known].argmax()))
            waiting, ahead = [], ids[-1:]
        return ids if self._off is None else []

    def _catch_up(self, sequence: int, one: _Followed, most: int) -> None:
        """Read so many of the ids that wait."""
        end = min(one.fed + most, one.length)
        size = self.context.options.batch
        while one.fed < end:
            chunk = one.ids[one.fed - one.base : min(one.fed + size, end) - one.base]
            if not self._decode(sequence, one, chunk, outputs=0):
                return
            one.fed += len(chunk)

    def _decode(self, sequence: int, one: _Followed, tokens: list[int], outputs: int) -> bool:
        """Append to the small model's cells; False when that failed."""
        start = one.fed + len(one.ahead)
        try:
            self.context.decode([Rows(sequence, tokens, outputs)], [start])
        except DecodeError as fault:
            self.turn_off(f"The draft model failed: {fault}")
            return False
        return True


def open_draft_model(path: Path, large: Context, gpu_layers: int = -1) -> DraftModel | str:
    """The model of a file beside a context that holds nothing yet, or why it cannot draft."""
    try:
        weights = Weights(path, gpu_layers)
    except LoadError as fault:
        return str(fault)
    fault = None
    if weights.recurrent:
        fault = f"{path} has recurrent layers; a draft model must have attention alone."
    elif not same_vocabulary(weights.vocabulary, large.weights.vocabulary):
        fault = f"{path} has another vocabulary than the model that it shall draft for."
    if fault is not None:
        weights.close()
        return fault
    try:
        return DraftModel(weights, large)
    except LoadError:
        weights.close()
        return f"There is not enough memory for the draft model {path}."


def same_vocabulary(one: Vocabulary, other: Vocabulary) -> bool:
    """Whether ids mean the same in both, up to padding at the end."""
    short, long = sorted((one.pieces, other.pieces), key=len)
    alike = long[: len(short)] == short and one.ends == other.ends
    return alike and len(long) - len(short) <= MOST_PADDING
