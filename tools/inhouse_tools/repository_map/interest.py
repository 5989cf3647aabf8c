"""What of a repository a task is about, by the words and files that it names."""

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from inhouse_tools.editing.symbol_edit import last_part, plain_name
from inhouse_tools.repository_map.content import FREE
from inhouse_tools.repository_map.graph import Graph

NAMED_FILE = 1.0
NAMED_SYMBOL = 1.0
NAMED_STEM = 0.7
PART_OF_PATH = 0.4
PART_OF_NAME = 0.3
EXACT = 10.0
"""So much more a symbol is worth that a task names."""
SIMILAR = 3.0
LEAST_PART = 4
MAX_FILES_PER_WORD = 40
MAX_NAMES_PER_WORD = 60
"""A word that is a part of more names says nothing of which files are meant."""
_COMMON = """
    about add added adding after all also and any are because been before being bug but can change
    class code could default does doing done each else error every example fail fails failing file
    files fix from function have how import into issue its just like line list main make makes
    method module more must name need needs new not now object one only option other over please
    return returns set should show some such test tests text than that the them then there these
    they this those too type use used user uses using value want was way well were what when where
    which while will with work works would write wrong you your
"""
COMMON_WORDS = frozenset(_COMMON.split())
Found = TypeVar("Found")
_WORD = re.compile(r"[\w./\\:#-]*\w(?:\(\))?")


@dataclass(slots=True)
class Interest:
    """How much a task is about files, by place, and about symbols, by family and last part."""

    files: dict[int, float] = field(default_factory=dict[int, float])
    names: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])

    def add(self, places: Collection[int], amount: float) -> None:
        """Spread an amount over files."""
        for place in places:
            self.files[place] = self.files.get(place, 0.0) + amount / len(places)

    def favour(self, family: str, name: str, factor: float) -> None:
        """Make a symbol worth this much more; what several words name is worth the most."""
        self.names[family, name] = min(EXACT, factor * self.names.get((family, name), 1.0))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a task that may name something in code, each once, in order.

    Common words of English are left out, except where they are a part of a longer name.
    """
    found = (match[0].strip(".:-/\\") for match in _WORD.finditer(text))
    return tuple(
        dict.fromkeys(word for word in found if len(word) > 2 and word.lower() not in COMMON_WORDS)
    )


def interest_in(graph: Graph, words: Iterable[str], files: Iterable[str]) -> Interest:
    """What a task is about; unknown words and files count for nothing."""
    interest = Interest()
    places = {path: place for place, path in enumerate(graph.paths)}
    for file in dict.fromkeys(files):
        if file in places:
            interest.add([places[file]], NAMED_FILE)
        else:
            folder = file.rstrip("/") + "/"
            interest.add([places[path] for path in graph.paths if path.startswith(folder)], 1.0)
    names = _Paths(graph.paths)
    for word in dict.fromkeys(words):
        _add_paths(interest, names, word)
        _add_names(interest, graph, word)
    return interest


class _Paths:
    """Paths by their last parts and by the words in them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.by_last: dict[str, list[int]] = {}
        self.by_stem: dict[str, list[int]] = {}
        self.by_part: dict[str, list[int]] = {}
        for place, path in enumerate(paths):
            last = path.rpartition("/")[2].lower()
            self.by_last.setdefault(last, []).append(place)
            self.by_stem.setdefault(posixpath.splitext(last)[0], []).append(place)
            for part in dict.fromkeys(re.findall(r"[a-z]{3,}|[0-9]{2,}", path.lower())):
                self.by_part.setdefault(part, []).append(place)


def _add_paths(interest: Interest, paths: _Paths, word: str) -> None:
    wanted = word.replace("\\", "/").removeprefix("./").lower()
    named = [
        place
        for place in paths.by_last.get(wanted.rpartition("/")[2], [])
        if f"/{paths.paths[place].lower()}".endswith(f"/{wanted}")
    ]
    if named:
        _add_few(interest, named, NAMED_FILE)
    elif wanted in paths.by_stem:
        _add_few(interest, paths.by_stem[wanted], NAMED_STEM)
    elif len(wanted) >= LEAST_PART:
        _add_few(interest, _singular(paths.by_part, wanted), PART_OF_PATH)


def _add_few(interest: Interest, places: Collection[int], amount: float) -> None:
    """Spread an amount over files, the less of it the more files there are."""
    if 0 < len(places) <= MAX_FILES_PER_WORD:
        interest.add(places, amount)


def _add_names(interest: Interest, graph: Graph, word: str) -> None:
    last = last_part(plain_name(word))
    exact = False
    for family, names in graph.names.items():
        definers = names.get(last)
        # A plain word that names no more than some member is a word.
        if definers and (FREE in definers.values() or "_" in last or not last.islower()):
            exact = True
            interest.add(list(definers), NAMED_SYMBOL)
            interest.favour(family, last, EXACT)
    if exact or len(last) < LEAST_PART:
        return
    word = last.lower()
    similar = list(graph.with_part(word)) or list(graph.with_part(word.removesuffix("s")))
    few = len(similar) <= MAX_NAMES_PER_WORD
    for family, name in similar:
        interest.favour(family, name, SIMILAR)
        if few:
            interest.add(list(graph.names[family][name]), PART_OF_NAME / len(similar))


def _singular(table: Mapping[str, Sequence[Found]], word: str) -> Sequence[Found]:
    return table.get(word) or table.get(word.removesuffix("s")) or ()
