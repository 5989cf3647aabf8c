"""Drafts for one answer: what a source offers, as long as the policy says it pays."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from inhouse_models.engine.drafting.policy import DraftPolicy


class DraftSource(Protocol):
    """Guesses the next ids of a text that it is told; `agreed` says how sure it is."""

    @property
    def agreed(self) -> int:
        """How many of the last ids agree with what the next draft comes from."""
        ...

    def append(self, token: int) -> None:
        """Go on by an id of the answer."""
        ...

    def draft(self, limit: int) -> list[int]:
        """At most `limit` ids that may come next."""
        ...


class PaidSource(Protocol):
    """Computes drafts, which takes time; for an answer of which it knows all but the last id."""

    @property
    def price(self) -> float | None:
        """Seconds per drafted id; None when it does not draft."""
        ...

    def draft(self, token: int, limit: int) -> list[int]:
        """At most `limit` ids that may come after the id that was written last."""
        ...


@dataclass(slots=True)
class _Watched:
    """A draft that is compared with what is written, whether it was decoded or not. `agreed` is
    None when it was paid for."""

    ids: Sequence[int]
    agreed: int | None
    right: int = 0


class Drafter:
    """Offers drafts and learns from what is written instead.

    A step is: `append` every id that is written or forced, `propose`, decode, `record`. Every
    draft is watched until the answer leaves it, also those that the policy did not let pass, so
    it costs nothing to notice that drafting would pay again. What `paid` computes is asked for
    only when the policy expects more of it, before it is known.
    """

    def __init__(
        self, source: DraftSource, policy: DraftPolicy, paid: PaidSource | None = None
    ) -> None:
        self._source = source
        self._policy = policy
        self._paid = paid
        self._last: int | None = None
        self._paid_seconds: float | None = None
        self._watched: list[_Watched] = []
        self._drafted = 0
        self._certain = 0

    def append(self, token: int) -> None:
        """An id stands in the answer now."""
        self._watch(token)
        self._source.append(token)
        self._last = token

    def extend(self, ids: Iterable[int]) -> None:
        """Several ids stand in the answer now."""
        for token in ids:
            self.append(token)

    def propose(self, certain: int = 0, room: int | None = None) -> list[int]:
        """Ids to decode behind the last one and the `certain` ones after it, at most `room`."""
        ids = self._source.draft(self._policy.longest)
        agreed = self._source.agreed
        if ids:
            self._watched.append(_Watched(ids, agreed))
        available = len(ids) if room is None else min(len(ids), room)
        chosen = ids[: self._policy.choose(available, agreed, certain)]
        self._paid_seconds = None
        if not certain:
            # Computing needs all that is decided before, and that includes what is certain.
            chosen = self._compute(len(chosen), agreed, room) or chosen
        self._drafted = len(chosen)
        self._certain = certain
        return chosen

    def _compute(self, free: int, agreed: int, room: int | None) -> list[int]:
        """A draft that is paid for, when more is expected of it than of the free one."""
        price = self._paid.price if self._paid is not None else None
        if self._paid is None or price is None or self._last is None:
            return []
        most = self._policy.longest if room is None else room
        length = self._policy.choose_paid(most, price, free, agreed)
        if not length:
            return []
        started = time.perf_counter()
        ids = self._paid.draft(self._last, length)
        if ids:
            self._paid_seconds = time.perf_counter() - started
            self._watched.append(_Watched(ids, None))
        return ids

    def record(self, accepted: int, seconds: float, drafted: int | None = None) -> None:
        """The step with the last proposal is done: so many of its ids were right; `drafted` is
        how many were decoded, when a grammar let only the first of them pass."""
        decoded = self._drafted if drafted is None else drafted
        self._policy.spend(decoded, accepted, seconds, self._certain, self._paid_seconds)

    def _watch(self, token: int) -> None:
        self._watched = [one for one in self._watched if self._still_right(one, token)]

    def _still_right(self, watched: _Watched, token: int) -> bool:
        """Whether a draft goes on to be right; what became of it is learnt once that is known."""
        right = token == watched.ids[watched.right]
        watched.right += right
        if right and watched.right < len(watched.ids):
            return True
        if watched.agreed is None:
            self._policy.learn_paid(len(watched.ids), watched.right)
        else:
            self._policy.learn(len(watched.ids), watched.right, watched.agreed)
        return False
