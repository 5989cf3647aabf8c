"""What drafts by computing: it reads along with a context, and its drafts cost time."""

from collections.abc import Sequence
from typing import Protocol

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context

# How much one measurement counts against those before it, and how far it may stray from them.
PRICE_WEIGHT = 0.1
WILDEST = 4.0
# Of the first measurements only the least counts: what is done for the first time is slow.
PRICE_TRIALS = 4


class Follower(Protocol):
    """Is told by a context what becomes of its sequences. It never fails: what it could not
    follow it does not know."""

    def follow(self, parts: Sequence[Rows], starts: Sequence[int]) -> None:
        """The rows of a batch were decoded, each part from its place in its sequence on."""
        ...

    def cut(self, sequence: int, length: int) -> None:
        """A sequence holds only its first `length` tokens now."""
        ...

    def forget(self, sequence: int) -> None:
        """A sequence is empty now."""
        ...

    def copy(self, source: int, target: int, length: int) -> None:
        """An empty sequence holds the first `length` tokens of another one now."""
        ...


class Predictor(Follower, Protocol):
    """Drafts what may come next in a sequence.

    Wrong or missing knowledge costs drafts, never tokens: whatever it says is verified.
    """

    @property
    def price(self) -> float:
        """Seconds per drafted id, of late."""
        ...

    @property
    def off(self) -> str | None:
        """Why it does not draft any more; None as long as it does."""
        ...

    def tell(self, sequence: int, tokens: Sequence[int]) -> None:
        """What a sequence holds that may have been restored: what nobody decoded could not be
        followed."""
        ...

    def draft(self, sequence: int, token: int, limit: int) -> list[int]:
        """At most `limit` ids that may follow the sequence and the id that is written next but
        not decoded; none while it cannot know."""
        ...

    def close(self) -> None:
        """Stop following and free the memory."""
        ...


class SwitchedPredictor:
    """What predictors share: they follow a context, and any failure turns them off."""

    def __init__(self, followed: Context) -> None:
        self._followed = followed
        self._price = Price()
        self._off: str | None = None

    @property
    def price(self) -> float:
        """Seconds per drafted id, of late."""
        return self._price.seconds

    @property
    def off(self) -> str | None:
        """Why it does not draft any more; None as long as it does."""
        return self._off

    def turn_off(self, reason: str) -> None:
        """Draft and follow no more."""
        self._off = reason
        self._followed.follower = None


class Price:
    """Seconds per drafted id; one disturbed measurement does not change it much."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._trials = 0

    def pay(self, seconds: float, ids: int) -> None:
        """So many ids took so many seconds."""
        one = seconds / ids
        if self._trials < PRICE_TRIALS:
            self.seconds = min(self.seconds, one) if self._trials else one
            self._trials += 1
            return
        bounded = min(max(one, self.seconds / WILDEST), self.seconds * WILDEST)
        self.seconds += (bounded - self.seconds) * PRICE_WEIGHT


class PredictedSequence:
    """One sequence of a predictor, as a source of drafts for the answer that is written there."""

    def __init__(self, predictor: Predictor, sequence: int) -> None:
        self._predictor = predictor
        self._sequence = sequence

    @property
    def price(self) -> float | None:
        """Seconds per drafted id; None when it does not draft."""
        return None if self._predictor.off else self._predictor.price

    def draft(self, token: int, limit: int) -> list[int]:
        """At most `limit` ids that may come after the id that was written last."""
        return self._predictor.draft(self._sequence, token, limit)
