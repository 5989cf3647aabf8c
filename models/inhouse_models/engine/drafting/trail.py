"""Follows an answer along a text it copies, and learns the replacements made on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from inhouse_models.engine.drafting.ngrams import NgramIndex, last_ngrams

# Longer ones are new text, not a replacement that will be made again.
LONGEST_REPLACEMENT = 12
# So many ids after a parting the answer has gone its own way.
LONGEST_PARTING = 48
# Behind a parting a single id is trusted to show the place only when it stands so near.
NEAR = 8
# What is taken up again further on is believed once so many ids agree; else it was a coincidence.
LONGEST_STEP = 16
CONFIRMED = 6


@dataclass(frozen=True, slots=True)
class Replacement:
    """Ids of the copied text and what is written in their place; neither is empty."""

    old: tuple[int, ...]
    new: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """Where answer and copied text stopped to agree: a place in each."""

    source: int
    answer: int


@dataclass(slots=True)
class Trail:
    """The place in `source` that the answer has come to.

    `agreed` counts the last ids that were as expected, 0 off the trail. A replacement that was
    seen once is expected at the next place too, until the answer keeps the old ids.
    """

    source: NgramIndex
    place: int = 0
    agreed: int = 0
    parting: Parting | None = None
    _replacing: Replacement | None = None
    _replaced: int = 0
    _before_jump: tuple[NgramIndex, int, Parting | None] | None = None
    _replacements: dict[int, Replacement] = field(default_factory=dict[int, Replacement])

    def jump(self, source: NgramIndex, place: int, agreed: int) -> None:
        """Follow `source` from `place` on; the `agreed` ids before it are the answer's last."""
        self._before_jump = (self.source, self.place, self.parting)
        self.source, self.place, self.agreed = source, place, agreed
        self.parting = None

    def rejoin(self, answer: Sequence[int]) -> bool:
        """Go on behind the answer's last ids where they stand next after the parting, and learn
        what was replaced in between; False when they do not."""
        start = self.parting.source + 1 if self.parting else self.place
        for ngram in last_ngrams(answer):
            place = self.source.nearest(ngram, start)
            if place is None and not self.parting:
                place = self.source.nearest(ngram, 0)
            if place is not None:
                self._rejoin_at(place, len(ngram), start, answer)
                return True
        return False

    def _rejoin_at(self, place: int, agreed: int, start: int, answer: Sequence[int]) -> None:
        parting = self.parting
        self.jump(self.source, place, agreed)
        if 0 <= place - start <= LONGEST_STEP:
            self._before_jump = None
            if parting:
                self._learn(parting, place - agreed, len(answer) - agreed, answer)

    def accept(self, token: int, answered: int) -> None:
        """Go on by a token that was written; the answer had `answered` ids before it."""
        if not self.agreed:
            if self.parting and answered - self.parting.answer >= LONGEST_PARTING:
                self.parting = None
        elif self._goes_on(token):
            self.agreed += 1
        else:
            self._part(answered)

    def _part(self, answered: int) -> None:
        if self._before_jump and self.agreed < CONFIRMED:
            self.source, self.place, self.parting = self._before_jump
        else:
            self.parting = Parting(self.place, answered - self._replaced)
        self.agreed = self._replaced = 0
        self._replacing = self._before_jump = None

    def _goes_on(self, token: int) -> bool:
        """Whether a token is on the trail; if so, the place behind it is taken."""
        replacing = self._replacing or self._replacement_at(self.place)
        if replacing:
            if token == replacing.new[self._replaced]:
                self._replaced += 1
                self._replacing = replacing
                if self._replaced == len(replacing.new):
                    self.place += len(replacing.old)
                    self._replacing, self._replaced = None, 0
                return True
            del self._replacements[replacing.old[0]]
        if self._replaced == 0 and self.source.ids[self.place : self.place + 1] == [token]:
            self.place += 1
            return True
        return False

    def expect(self, limit: int) -> list[int]:
        """Up to `limit` ids that come next if the answer stays on the trail."""
        if self._replacing:
            begun = self._replacing.new[self._replaced :]
            return self._expect_from(self.place + len(self._replacing.old), begun, limit)
        return self._expect_from(self.place, (), limit)

    def guess(self, last: Sequence[int], limit: int) -> list[int]:
        """The same off the trail: shortly after a parting, behind the `last` id when it stands
        near, else as if one id had been replaced."""
        if self.parting is None:
            return []
        start = self.parting.source + 1
        near = self.source.ids[start : start + NEAR]
        known = next((near.index(token) + 1 for token in last if token in near), 0)
        return self._expect_from(start + known, (), limit)

    def _expect_from(self, place: int, before: Sequence[int], limit: int) -> list[int]:
        ids = self.source.ids
        if not self._replacements:
            return [*before, *ids[place : place + limit]][:limit]
        expected = list(before)
        while len(expected) < limit and place < len(ids):
            known = ids[place] in self._replacements
            if known and (replacement := self._replacement_at(place)):
                expected += replacement.new
                place += len(replacement.old)
            else:
                expected.append(ids[place])
                place += 1
        return expected[:limit]

    def _replacement_at(self, place: int) -> Replacement | None:
        ids = self.source.ids
        if not self._replacements or place >= len(ids):
            return None
        found = self._replacements.get(ids[place])
        if found and tuple(ids[place : place + len(found.old)]) == found.old:
            return found
        return None

    def _learn(self, parting: Parting, place: int, answered: int, answer: Sequence[int]) -> None:
        """From the parting to `place` in the source and to `answered` in the answer."""
        if place <= parting.source or answered <= parting.answer:
            # Nothing but an insertion or a deletion: the id behind it makes it a replacement.
            place, answered = place + 1, answered + 1
        old = tuple(self.source.ids[parting.source : place])
        new = tuple(answer[parting.answer : answered])
        if 0 < len(old) <= LONGEST_REPLACEMENT and 0 < len(new) <= LONGEST_REPLACEMENT:
            self._replacements[old[0]] = Replacement(old, new)
