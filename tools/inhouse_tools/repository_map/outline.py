"""What the map needs of the symbols of a file, worked out once for each content."""

from collections.abc import Mapping
from dataclasses import dataclass

from inhouse_tools.index.facts import Facts, KnownSymbol
from inhouse_tools.symbol_edit import last_part

MEMBERS = frozenset({"method", "field", "key"})
AROUND = frozenset({"module", "namespace", "scope", "package"})
"""What is around definitions without being one that anybody looks for."""
FREE, MEMBER, LOCAL = range(3)
"""What a definition is: for everybody; a part of another; for its file and those that import it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The identifiers that a content defines.

    `standings` says what each of them is there. `places` are the symbols of each among those of the
    content, without what is merely around.
    """

    standings: Mapping[str, int]
    places: Mapping[str, tuple[int, ...]]


NOTHING = Outline({}, {})


def outline_of(facts: Facts) -> Outline:
    """The outline of code; data defines nothing."""
    if facts.data:
        return NOTHING
    kinds = {symbol.name: symbol.kind for symbol in facts.symbols}
    standings: dict[str, int] = {}
    places: dict[str, list[int]] = {}
    for place, symbol in enumerate(facts.symbols):
        last = last_part(symbol.name)
        outer = kinds.get(symbol.name.rpartition(".")[0], "module")
        standing = MEMBER if outer not in AROUND else _standing(symbol, last, facts.family)
        standings[last] = min(standing, standings.get(last, standing))
        if symbol.kind not in AROUND:
            places.setdefault(last, []).append(place)
    return Outline(standings, {last: tuple(found) for last, found in places.items()})


def _standing(symbol: KnownSymbol, last: str, family: str) -> int:
    """What a definition is that stands in no other."""
    if symbol.kind in MEMBERS:
        return MEMBER
    static = family == "c" and symbol.signature.startswith("static ")
    return LOCAL if static or (symbol.kind == "constant" and last.islower()) else FREE
