"""Who refers to whom: files as points, the names that one uses and another defines as lines."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from inhouse_tools.index.lookup import is_test
from inhouse_tools.repository_map.content import DECLARED, Content
from inhouse_tools.repository_map.links import Links
from inhouse_tools.repository_map.names import certainty_of, parts_of, worth_of

MAX_DEFINERS = 8
"""A name that more files define says nothing of which one is meant."""
LEAST_LENGTH = 3
IMPORT_WORTH = 3.0
LEAST_TOTAL = 10.0
"""A file that refers to less than this keeps some of its importance: it may be by accident."""
_ROOTS = tuple(math.sqrt(count) for count in range(256))


Target = tuple[list[int], list[float]]
"""The uses of one name as one file defines it: who refers to it, and with what weight each."""
Names = dict[str, dict[int, int]]
"""For each name the files that define it, and its standing there."""
Uses = dict[str, dict[int, Target]]
"""For each name that is used the files that define it."""
Imported = tuple[tuple[int, ...], ...]
"""For each file those that it imports, in order."""


@dataclass(frozen=True)
class Graph:
    """`paths` in order, with their `contents`. Files are meant by their place among them.

    `names` are those defined in few files, by family of languages, and `uses` who refers to them.
    The weights of all that a file refers to are `passed` together, at most 1: they say where its
    importance goes. `incoming` has for each file the same, of all names and imports together.
    """

    paths: tuple[str, ...]
    contents: tuple[Content, ...]
    imported: Imported
    names: Mapping[str, Names]
    uses: Mapping[str, Uses]
    incoming: tuple[Target, ...]
    passed: tuple[float, ...]

    @cached_property
    def tests(self) -> frozenset[int]:
        """The files that test or show others."""
        return frozenset(place for place, path in enumerate(self.paths) if is_test(path))

    def with_part(self, part: str) -> Iterator[tuple[str, str]]:
        """The names that have a word in lower case as a part, with their families."""
        for family, names in self.names.items():
            for name in names:
                if part in name.lower() and part in parts_of(name):
                    yield family, name


def build_graph(files: Mapping[str, Content], before: Graph | None = None) -> Graph:
    """The graph of files by path. What it has in common with the one `before` is taken from that;
    the result is the same without."""
    paths = tuple(sorted(files))
    contents = tuple(files[path] for path in paths)
    names = _defined(contents)
    imported = _imported(paths, contents, before)
    uses = {family: _used(table, family, contents, imported) for family, table in names.items()}
    worth = [IMPORT_WORTH * len(others) for others in imported]
    for family, table in uses.items():
        _weigh(table, names[family], worth)
    totals = [max(LEAST_TOTAL, total) for total in worth]
    shares: list[dict[int, float]] = [{} for _ in paths]
    for table in uses.values():
        for targets in table.values():
            for place, (sources, weights) in targets.items():
                share = shares[place]
                for number, source in enumerate(sources):
                    weight = weights[number] / totals[source]
                    weights[number] = weight
                    share[source] = share.get(source, 0.0) + weight
    for source, others in enumerate(imported):
        for place in others:
            share = shares[place]
            share[source] = share.get(source, 0.0) + IMPORT_WORTH / totals[source]
    incoming = tuple((list(share), list(share.values())) for share in shares)
    passed = tuple(one / total for one, total in zip(worth, totals, strict=True))
    return Graph(paths, contents, imported, names, uses, incoming, passed)


def _defined(contents: Sequence[Content]) -> dict[str, Names]:
    """The names of definitions with the files that define them, without what is too common."""
    names: dict[str, Names] = {}
    for place, one in enumerate(contents):
        table = names.setdefault(one.family, {})
        for name, standing in one.standings.items():
            if len(name) >= LEAST_LENGTH:
                table.setdefault(name, {})[place] = standing
    return {
        family: {
            name: definers
            for name, found in table.items()
            if len(definers := _definers(found)) <= MAX_DEFINERS
        }
        for family, table in names.items()
    }


def _definers(found: dict[int, int]) -> dict[int, int]:
    """The files that define a name; those that merely declare it, where none defines it."""
    if DECLARED not in found.values():
        return found
    defined = {place: standing for place, standing in found.items() if standing != DECLARED}
    return defined or found


def _imported(
    paths: tuple[str, ...], contents: Sequence[Content], before: Graph | None
) -> Imported:
    """For each file those that it imports. Where files are the same as before, so are these."""
    families = [one.family for one in contents]
    known = before.contents if before and before.paths == paths else ()
    same = families == [one.family for one in known]
    links = Links(paths, families)
    imported: list[tuple[int, ...]] = []
    for place, one in enumerate(contents):
        if before and same and known[place].imports == one.imports:
            imported.append(before.imported[place])
            continue
        found = (links.find(module, place) for module in one.imports)
        imported.append(tuple(dict.fromkeys(other for other in found if other is not None)))
    return tuple(imported)


def _used(names: Names, family: str, contents: Sequence[Content], imported: Imported) -> Uses:
    """Every use of a name put to its definition; what is counted becomes a weight later.

    A file that defines a name itself means its own. Of several definitions those in imported files
    are meant, if there are such.
    """
    uses: Uses = {}
    ways: dict[str, list[tuple[int, Target, float]]] = {}
    for place, one in enumerate(contents):
        if one.family != family or one.data:
            continue
        imports, counts = frozenset(imported[place]), one.counts
        for number, name in enumerate(one.used()):
            # Most names are defined nowhere here.
            if name not in names or place in (definers := names[name]):
                continue
            if name not in uses:
                uses[name] = {definer: ([], []) for definer in definers}
                ways[name] = [
                    (definer, uses[name][definer], certainty_of(name, family, standing))
                    for definer, standing in definers.items()
                ]
            root = _ROOTS[counts[number]]
            meant = not imports.isdisjoint(definers)
            for definer, (sources, weights), certainty in ways[name]:
                sure = (1.0 if definer in imports else 0.0) if meant else certainty
                if sure:
                    sources.append(place)
                    weights.append(sure * root)
    return uses


def _weigh(uses: Uses, names: Names, totals: list[float]) -> None:
    """Turn counts into weights, and add them to the total of each file that refers."""
    files = len(totals)
    for name, targets in uses.items():
        users = max(1, *(len(sources) for sources, _weights in targets.values()))
        rarity = math.log(1 + files / users) / math.log(1 + files)
        for definer, (sources, weights) in targets.items():
            worth = worth_of(name, rarity, names[name][definer]) / len(targets) ** 2
            weights[:] = [worth * weight for weight in weights]
            for source, weight in zip(sources, weights, strict=True):
                totals[source] += weight
