"""Drafts the next ids of an answer from where its last ids stood before."""

from collections.abc import Iterable, Sequence

from inhouse_models.engine.drafting.ngrams import LONGEST, NgramIndex, last_ngrams
from inhouse_models.engine.drafting.trail import Trail


class Lookup:
    """An answer, the conversation it stands in, and the files that it may copy from.

    `references` are ids of the files named in the request, the one being rewritten first. The
    transcript is what was read (`read`) and then written (`append`, `extend`). Every id costs a
    few microseconds. A draft is a run of ids of a reference or of the transcript, with the
    replacements made that the answer has made before in the text it copies.
    """

    def __init__(self, references: Sequence[Sequence[int]] = ()) -> None:
        self._transcript = NgramIndex()
        self._references: tuple[tuple[int, ...], ...] = ()
        self._indexes: list[NgramIndex] = []
        self._forget_trails()
        self.refer(references)

    def refer(self, references: Sequence[Sequence[int]]) -> None:
        """Use other references from now on; the transcript stays. One that was known is not
        gone through again."""
        wanted = tuple(tuple(ids) for ids in references)
        if wanted == self._references:
            return
        known = dict(zip(self._references, self._indexes, strict=True))
        self._references = wanted
        self._indexes = [known.get(ids) or NgramIndex(ids) for ids in wanted]
        self._forget_trails()

    @property
    def transcript(self) -> Sequence[int]:
        """All ids that were read and written."""
        return self._transcript.ids

    @property
    def agreed(self) -> int:
        """How many of the last ids agree with what the next draft is copied from; 0 when it is
        only a guess."""
        return self._best.agreed

    def read(self, ids: Iterable[int]) -> None:
        """Append what the model has not written."""
        for token in ids:
            self._transcript.append(token)
        self._forget_trails()

    def append(self, token: int) -> None:
        """Append one id of the answer."""
        answered = len(self._transcript.ids)
        self._rewriting.accept(token, answered)
        self._copying.accept(token, answered)
        self._transcript.append(token)
        self._search()

    def extend(self, ids: Iterable[int]) -> None:
        """Append ids of the answer."""
        for token in ids:
            self.append(token)

    def rewind(self, length: int) -> None:
        """Keep the first `length` ids of the transcript, as if just these had been read."""
        self._transcript.rewind(length)
        self._forget_trails()

    def draft(self, limit: int) -> list[int]:
        """At most `limit` ids that may come next; none when nothing is similar."""
        if self._best.agreed:
            return self._best.expect(limit)
        last = self._transcript.ids[-1:]
        return self._rewriting.guess(last, limit) or self._copying.guess(last, limit)

    @property
    def _best(self) -> Trail:
        """What most of the last ids agree with, the file being rewritten before others."""
        return max(self._rewriting, self._copying, key=lambda trail: trail.agreed)

    def _forget_trails(self) -> None:
        self._rewriting = Trail(self._indexes[0] if self._indexes else NgramIndex())
        self._copying = Trail(self._transcript)
        self._search()

    def _search(self) -> None:
        """Take up a trail again, or another, when the last ids are on none."""
        ids = self._transcript.ids
        if not self._rewriting.agreed:
            self._rewriting.rejoin(ids)
        if self._copying.agreed or self._rewriting.agreed >= LONGEST:
            return
        if not (self._copying.parting and self._copying.rejoin(ids)):
            self._copy_latest()

    def _copy_latest(self) -> None:
        """Follow the latest occurrence in the transcript, else in one of the other references,
        when it agrees with more of the last ids than the file being rewritten does."""
        for ngram in last_ngrams(self._transcript.ids):
            if len(ngram) <= self._rewriting.agreed:
                return
            for index in (self._transcript, *self._indexes[1:]):
                place = index.latest(ngram)
                if place is not None:
                    self._copying.jump(index, place, len(ngram))
                    return
