"""Finding names by some of their letters, fast enough for every key in a large repository."""

import heapq
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from inhouse.tui.composer.fuzzy import Match, match_name

MOST_RESULTS: Final = 50
MOST_OF_A_KIND: Final = 300
"""So many are weighed of those that begin with the query, hold it, or hold its letters."""
PIECE: Final = 4_000
"""So many names are looked through before another thread may go on."""
LAST_LETTER: Final = "\U0010ffff"


def never() -> bool:
    """Nobody stops the search."""
    return False


class Finder:
    """Names that are searched again with every key. They hold no "\\n".

    Of very many names that fit, the shortest are weighed, and those that begin with the query.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = sorted(names, key=_size)
        lower = [name.lower() for name in self.names]
        self._text = "\n".join(lower)
        self._starts = [*accumulate((len(name) + 1 for name in lower), initial=0)]
        self._last_parts = [name[name.rstrip("/").rfind("/") + 1 :] for name in lower]
        self._in_order = sorted(range(len(lower)), key=self._last_parts.__getitem__)
        self._scan = _Scan(self.names)

    def find(
        self, query: str, limit: int = MOST_RESULTS, stopped: Callable[[], bool] = never
    ) -> list[Match]:
        """The best matches, the best first; spaces in the query count for nothing."""
        query = "".join(query.lower().split())
        if not query:
            return [Match(name, 0.0) for name in self.names[:limit]]
        chosen = dict.fromkeys(self._beginning_with(query))
        chosen.update(dict.fromkeys(self._holding(query)))
        if len(chosen) < MOST_OF_A_KIND:
            chosen.update(dict.fromkeys(self._scan.letters_of(query, stopped)))
        if stopped():
            return []
        matches = filter(None, (match_name(query, name) for name in chosen))
        return heapq.nsmallest(limit, matches, key=lambda match: (-match.score, match.name))

    def _beginning_with(self, query: str) -> Iterator[str]:
        """Names whose last part begins with it, the shortest first."""
        part = self._last_parts.__getitem__
        first = bisect_left(self._in_order, query, key=part)
        end = bisect_right(self._in_order, query + LAST_LETTER, key=part)
        for index in heapq.nsmallest(MOST_OF_A_KIND, self._in_order[first:end]):
            yield self.names[index]

    def _holding(self, query: str) -> Iterator[str]:
        """Names in which it stands as it is, the shortest first."""
        start = 0
        for _ in range(MOST_OF_A_KIND):
            found = self._text.find(query, start)
            if found < 0:
                return
            index = bisect_right(self._starts, found) - 1
            start = self._starts[index + 1]
            yield self.names[index]


class _Scan:
    """Names that hold letters in order. It goes no further than it has to, and goes on later."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        # One value, since a search that was given up may end beside the next one.
        self._last: tuple[str, list[str], int] = ("", [], 0)

    def letters_of(self, query: str, stopped: Callable[[], bool]) -> Sequence[str]:
        """The first names that fit; what was found for the beginning of the query is narrowed."""
        pattern = _pattern(query)
        narrowed: list[str] = []
        place = 0
        before, found, scanned = self._last
        if before and query.startswith(before):
            narrowed, place = _filter(found, pattern), scanned
        while place < len(self._names) and len(narrowed) < MOST_OF_A_KIND:
            if stopped():
                return ()
            narrowed += _filter(self._names[place : place + PIECE], pattern)
            place += PIECE
        self._last = query, narrowed, place
        return narrowed[:MOST_OF_A_KIND]


def _pattern(query: str) -> re.Pattern[str]:
    # One pattern over many lines is several times as fast as a search in each. Its repeats are
    # possessive: what they passed over holds no letter that is looked for, so nothing is retried.
    letters = "".join(rf"[^{_both(letter)}\n]*+[{_both(letter)}]" for letter in query)
    return re.compile(rf"({letters}[^\n]*+)\n|[^\n]*+\n")


def _filter(names: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    return [*filter(None, pattern.findall("\n".join([*names, ""])))]


def _both(letter: str) -> str:
    """A letter in both cases, as the inside of a class of a pattern."""
    upper = letter.upper()
    return re.escape(letter) + (re.escape(upper) if len(upper) == 1 and upper != letter else "")


def _size(name: str) -> tuple[int, str]:
    return len(name), name
