"""How well a name fits some of its letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BOUNDARIES: Final = frozenset("/_-. ")


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits: the greater the score the better; `places` are the letters that fit."""

    name: str
    score: float
    places: tuple[int, ...] = ()


def match_name(query: str, name: str) -> Match | None:
    """How well a name fits a lower-case query; its last part counts most."""
    lower = name.lower()
    if len(lower) != len(name):
        # A few letters become two when they are made small; their places would be wrong.
        lower = "".join(letter.lower()[:1] for letter in name)
    last = lower.rstrip("/").rfind("/") + 1
    places = _together(query, lower, last) or _scattered(query, lower, name)
    if places is None:
        return None
    return Match(name, _score(query, name, places, last), tuple(places))


def _together(query: str, lower: str, last: int) -> Sequence[int] | None:
    """The query as it stands, best at the beginning of the last part, else of a word in it."""
    starts: list[int] = []
    start = lower.find(query)
    while start >= 0 and len(starts) < 32:
        starts.append(start)
        start = lower.find(query, start + 1)
    if not starts:
        return None

    def worth(start: int) -> tuple[bool, bool, bool]:
        word = start == 0 or lower[start - 1] in BOUNDARIES
        return start == last, start > last, word

    best = max(starts, key=worth)
    return range(best, best + len(query))


def _scattered(query: str, lower: str, name: str) -> Sequence[int] | None:
    """Letters in order, looked for from the end; then each is moved to where a word begins."""
    places: list[int] = []
    end = len(lower)
    for letter in reversed(query):
        end = lower.rfind(letter, 0, end)
        if end < 0:
            return None
        places.append(end)
    places.reverse()
    for index, place in enumerate(places):
        first = places[index - 1] + 1 if index else 0
        if place == first or _begins_word(name, place):
            continue
        earlier = (at for at in range(first, place) if lower[at] == query[index])
        better = (at for at in earlier if at == first or _begins_word(name, at))
        places[index] = next(better, place)
    return places


def _begins_word(name: str, place: int) -> bool:
    if place == 0 or name[place - 1] in BOUNDARIES:
        return True
    return name[place].isupper() and not name[place - 1].isupper()


def _score(query: str, name: str, places: Sequence[int], last: int) -> float:
    """Runs of letters and beginnings of words count, more so in the last part; length costs."""
    score = 0.0
    before = -2
    for place in places:
        score += 1.0
        score += 1.5 if place == before + 1 else 0.0
        score += 1.0 if _begins_word(name, place) else 0.0
        score += 0.5 if place >= last else 0.0
        before = place
    stem = name[last:].rstrip("/").lower()
    if places[0] == last:
        score += 3.0
    if stem == query or stem.partition(".")[0] == query:
        score += 4.0
    return score / len(query) - len(name) / 200 - name.count("/") / 20
