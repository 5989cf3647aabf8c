"""Which words changed inside a line that stands in another form on the other side."""

import difflib
import re
from collections.abc import Sequence
from typing import Final

Spans = list[tuple[int, int]]

_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
MAX_CHARACTERS: Final = 600
MAX_COMPARISONS: Final = 400
# Below this share of common words a line is another one, and emphasis would only be noise.
LIKE: Final = 0.45


def changed_words(old: str, new: str) -> tuple[Spans, Spans]:
    """Where the old and the new line differ, as spans of characters.

    Nothing when they have too little in common, or are too long to be compared on a screen.
    """
    if max(len(old), len(new)) > MAX_CHARACTERS:
        return [], []
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < LIKE:
        return [], []
    old_starts, new_starts = _starts(before), _starts(after)
    old_spans: Spans = []
    new_spans: Spans = []
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag == "equal":
            continue
        if last > first:
            old_spans.append((old_starts[first], old_starts[last]))
        if new_last > new_first:
            new_spans.append((new_starts[new_first], new_starts[new_last]))
    return old_spans, new_spans


def partners(removed: Sequence[str], added: Sequence[str]) -> list[tuple[int, int]]:
    """Which removed line stands for which added one, as pairs of indices that do not cross."""
    if len(removed) == len(added):
        return [(index, index) for index in range(len(removed))]
    if len(removed) * len(added) > MAX_COMPARISONS:
        return [(index, index) for index in range(min(len(removed), len(added)))]
    pairs: list[tuple[int, int]] = []
    words = [set(_WORD.findall(line[:MAX_CHARACTERS])) for line in added]
    free = 0
    for index, line in enumerate(removed):
        own = set(_WORD.findall(line[:MAX_CHARACTERS]))
        likeness = [_likeness(own, words[place]) for place in range(free, len(added))]
        best = max(likeness, default=0.0)
        if best >= LIKE:
            place = free + likeness.index(best)
            pairs.append((index, place))
            free = place + 1
    return pairs


def _likeness(one: set[str], other: set[str]) -> float:
    """The share of words that two lines have in common, from 0 to 1."""
    one, other = ({word for word in words if not word.isspace()} for words in (one, other))
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


def _starts(words: Sequence[str]) -> list[int]:
    """Where each word begins, and at last where all end."""
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts
