"""Who refers to whom: files as points, the names that one uses and another defines as lines."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from inhouse_tools.index.facts import Facts
from inhouse_tools.index.lookup import is_test
from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.repository_map.links import Links
from inhouse_tools.repository_map.names import certainty_of, parts_of, worth_of
from inhouse_tools.repository_map.outline import Outline, outline_of

MAX_DEFINERS = 8
"""A name that more files define says nothing of which one is meant."""
LEAST_LENGTH = 3
IMPORT_WORTH = 3.0
LEAST_TOTAL = 10.0
"""A file that refers to less than this keeps some of its importance: it may be by accident."""
_ROOTS = tuple(math.sqrt(count) for count in range(256))


@dataclass(slots=True)
class Target:
    """The uses of one name as one file defines it: who refers to it, and with what weight."""

    sources: list[int] = field(default_factory=list[int])
    weights: list[float] = field(default_factory=list[float])


Names = dict[str, dict[int, int]]
"""For each name the files that define it, and its standing there."""
Uses = dict[str, dict[int, Target]]
"""For each name that is used the files that define it."""
Content = tuple[Facts, Outline]


@dataclass(frozen=True)
class Graph:
    """`paths` in order, with `facts` and `outlines`. Files are meant by their place among them.

    `names` are those defined in few files, by family of languages, and `uses` who refers to them.
    The weights of all that a file refers to are `passed` together, at most 1: they say where its
    importance goes. `incoming` has for each file the same, of all names and imports together.
    """

    paths: tuple[str, ...]
    facts: tuple[Facts, ...]
    outlines: tuple[Outline, ...]
    names: Mapping[str, Names]
    uses: Mapping[str, Uses]
    incoming: tuple[Target, ...]
    passed: tuple[float, ...]

    @cached_property
    def tests(self) -> frozenset[int]:
        """The files that test or show others."""
        return frozenset(place for place, path in enumerate(self.paths) if is_test(path))

    @cached_property
    def parts(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """For each word in lower case the names that have it as a part, with their families."""
        found: dict[str, list[tuple[str, str]]] = {}
        for family, names in self.names.items():
            for name in names:
                for part in dict.fromkeys(parts_of(name)):
                    found.setdefault(part, []).append((family, name))
        return {part: tuple(names) for part, names in found.items()}


@dataclass(slots=True)
class _Kept:
    """What was built last for an index, and what it was built from, by the ids of contents."""

    version: tuple[int, int, int]
    contents: dict[int, Content]
    graph: Graph


_kept: WeakKeyDictionary[RepositoryIndex, _Kept] = WeakKeyDictionary()


def graph_of(index: RepositoryIndex) -> Graph:
    """The graph of an index as it is. It is kept; of a changed index only new facts are read."""
    version = index.version()
    kept = _kept.get(index)
    if kept is not None and kept.version == version:
        return kept.graph
    files = index.files()
    known = kept.contents if kept else {}
    wanted = dict.fromkeys(files.values())
    loaded = index.facts([one for one in wanted if one not in known])
    # What was deleted by another program between two looks is left out until the next one.
    contents = {
        one: known.get(one) or (loaded[one], outline_of(loaded[one]))
        for one in wanted
        if one in known or one in loaded
    }
    graph = build_graph({path: contents[one] for path, one in files.items() if one in contents})
    _kept[index] = _Kept(version, contents, graph)
    return graph


def build_graph(files: Mapping[str, Content]) -> Graph:
    """The graph of files by path."""
    paths = tuple(sorted(files))
    facts = tuple(files[path][0] for path in paths)
    outlines = tuple(files[path][1] for path in paths)
    names = _defined(facts, outlines)
    imported = _imported(paths, facts)
    uses = {
        family: _used(table, family, facts, imported) for family, table in names.items() if table
    }
    worth = [IMPORT_WORTH * len(others) for others in imported]
    for family, table in uses.items():
        _weigh(table, names[family], worth)
    totals = [max(LEAST_TOTAL, total) for total in worth]
    shares: list[dict[int, float]] = [{} for _ in paths]
    for table in uses.values():
        for targets in table.values():
            for place, target in targets.items():
                share = shares[place]
                for number, source in enumerate(target.sources):
                    weight = target.weights[number] / totals[source]
                    target.weights[number] = weight
                    share[source] = share.get(source, 0.0) + weight
    for source, others in enumerate(imported):
        for place in others:
            share = shares[place]
            share[source] = share.get(source, 0.0) + IMPORT_WORTH / totals[source]
    incoming = tuple(Target(list(share), list(share.values())) for share in shares)
    passed = tuple(one / total for one, total in zip(worth, totals, strict=True))
    return Graph(paths, facts, outlines, names, uses, incoming, passed)


def _defined(facts: tuple[Facts, ...], outlines: tuple[Outline, ...]) -> dict[str, Names]:
    """The names of definitions with the files that define them, without what is too common."""
    names: dict[str, Names] = {}
    for place, outline in enumerate(outlines):
        table = names.setdefault(facts[place].family, {})
        for name, standing in outline.standings.items():
            if len(name) >= LEAST_LENGTH:
                table.setdefault(name, {})[place] = standing
    return {
        family: {
            name: definers for name, definers in table.items() if len(definers) <= MAX_DEFINERS
        }
        for family, table in names.items()
    }


def _imported(paths: tuple[str, ...], facts: tuple[Facts, ...]) -> list[dict[int, None]]:
    """For each file those that it imports, in order."""
    links = Links(paths, [one.family for one in facts])
    imported: list[dict[int, None]] = []
    for place, one in enumerate(facts):
        found = (links.find(module, place) for module in one.imports)
        imported.append(dict.fromkeys(other for other in found if other is not None))
    return imported


def _used(
    names: Names, family: str, facts: tuple[Facts, ...], imported: list[dict[int, None]]
) -> Uses:
    """Every use of a name put to its definition; what is counted becomes a weight later.

    A file that defines a name itself means its own. Of several definitions those in imported files
    are meant, if there are such.
    """
    uses: Uses = {}
    for place, one in enumerate(facts):
        if one.family != family or one.data:
            continue
        imports = imported[place]
        for name, count in one.uses():
            definers = names.get(name)
            if definers is None or place in definers:
                continue
            targets = uses.get(name)
            if targets is None:
                targets = uses[name] = {definer: Target() for definer in definers}
            meant = [definer for definer in definers if definer in imports]
            for definer in meant or definers:
                sure = 1.0 if meant else certainty_of(name, family, definers[definer])
                if sure:
                    targets[definer].sources.append(place)
                    targets[definer].weights.append(sure * _ROOTS[count])
    return uses


def _weigh(uses: Uses, names: Names, totals: list[float]) -> None:
    """Turn counts into weights, and add them to the total of each file that refers."""
    files = len(totals)
    for name, targets in uses.items():
        users = max(1, *(len(target.sources) for target in targets.values()))
        rarity = math.log(1 + files / users) / math.log(1 + files)
        for definer, target in targets.items():
            worth = worth_of(name, rarity, names[name][definer]) / len(targets) ** 2
            target.weights = [worth * weight for weight in target.weights]
            for source, weight in zip(target.sources, target.weights, strict=True):
                totals[source] += weight
