"""How important files and symbols are: what much is built upon, and what a task is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul, sub

from inhouse_tools.repository_map.content import DECLARED
from inhouse_tools.repository_map.graph import Graph, Target
from inhouse_tools.repository_map.interest import EXACT, Interest

FOLLOWED = 0.7
"""Of a file's importance, this much goes on to what it refers to."""
ABOUT = 0.7
"""Of all importance, this much comes from what a task is about, if it is about anything."""
MAX_ROUNDS = 50
PRECISION = 1e-5
OWN_SHARE = 0.05
"""So much of a file's importance its symbols have together although nobody refers to them."""
ABOUT_SHARE = 1.0
"""The same in a file that the task is about: it is worth an outline."""
NAMED_SHARE = 0.1
"""So much of it a symbol has that the task names."""
CROWD = 8.0
"""The symbols of a file count half from about this one on, so that other files have room."""


WORTHS = {"constant": 0.5, "field": 0.5, "macro": 0.3}
"""What is used in passing says less of a repository than its functions and types."""

TEST_SCALE = 0.3
"""Tests and examples stand behind, unless the task is about them."""

Spot = tuple[float, int, int]
"""The score of a symbol, its file, and its place among the symbols of the file."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """`files` has the importance of each file of the graph, 1 together; `symbols` best first.

    It is `personal` when the task named anything that is there.
    """

    graph: Graph
    files: tuple[float, ...]
    symbols: tuple[Spot, ...]
    personal: bool = False


def rank(graph: Graph, interest: Interest) -> Ranking:
    """The importance of files and symbols for a task."""
    files = page_rank(graph, _start(len(graph.paths), interest))
    symbols: list[Spot] = []
    for file in range(len(graph.paths)):
        symbols.extend(_symbols_of(graph, file, files[file], files, interest))
    symbols.sort(key=lambda spot: (-spot[0], spot[1], spot[2]))
    return Ranking(graph, tuple(files), tuple(symbols), bool(interest.files))


def page_rank(graph: Graph, start: Sequence[float]) -> list[float]:
    """How likely somebody is at a file who follows references, and begins anew as `start` says."""
    ranks = list(start)
    reached = [(place, target) for place, target in enumerate(graph.incoming) if target[0]]
    for _round in range(MAX_ROUNDS):
        lost = 1.0 - FOLLOWED * sum(map(mul, ranks, graph.passed))
        following = [lost * begin for begin in start]
        for place, target in reached:
            following[place] += FOLLOWED * _flow(target, ranks)
        change = sum(map(abs, map(sub, following, ranks)))
        ranks = following
        if change < PRECISION:
            break
    return ranks


def _flow(target: Target, ranks: Sequence[float]) -> float:
    """What comes to a target from those who refer to it."""
    sources, weights = target
    return sum(map(mul, map(ranks.__getitem__, sources), weights))


def _start(count: int, interest: Interest) -> list[float]:
    total = sum(interest.files.values())
    everywhere = (1.0 - ABOUT if total else 1.0) / max(1, count)
    start = [everywhere] * count
    for place, amount in interest.files.items():
        start[place] += ABOUT * amount / total
    return start


def _symbols_of(
    graph: Graph, file: int, importance: float, ranks: Sequence[float], interest: Interest
) -> Iterator[Spot]:
    """The symbols of a file, the later ones of them worth less than they would be alone."""
    content = graph.contents[file]
    places, family, kinds = content.places, content.family, content.kinds
    if not places:
        return
    uses, names = graph.uses.get(family, {}), graph.names[family]
    about = file in interest.files
    share = ABOUT_SHARE if about else OWN_SHARE
    own = importance * share / sum(map(len, places.values()))
    scores: list[tuple[float, int]] = []
    for last, found in places.items():
        if not about and content.standings[last] == DECLARED and file not in names.get(last, {}):
            # Its definition is elsewhere.
            continue
        score, factor = own, 1.0
        if last in uses and file in uses[last]:
            score += _flow(uses[last][file], ranks) / len(found)
        if interest.names:
            factor = interest.names.get((family, last), 1.0)
        if factor == EXACT:
            score += NAMED_SHARE * importance / factor
        for place in found:
            worth = factor * WORTHS.get(kinds[place], 1.0)
            scores.append((-worth * score, place))
    scores.sort()
    scale = TEST_SCALE if file in graph.tests and not about else 1.0
    for number, (score, place) in enumerate(scores):
        yield -score * scale / (1.0 + number / CROWD), file, place
