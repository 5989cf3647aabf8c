"""What the map needs of the content of a file, worked out once and in a form that can be kept."""

import marshal
from collections.abc import Sequence
from dataclasses import dataclass

from inhouse_tools.editing.symbol_edit import last_part
from inhouse_tools.index.facts import Facts, KnownSymbol
from inhouse_tools.syntax.symbols import DECLARATION

MEMBERS = frozenset({"method", "field", "key"})
AROUND = frozenset({"module", "namespace", "scope", "package"})
"""What is around definitions without being one that anybody looks for."""
FREE, MEMBER, LOCAL, DECLARED = range(4)
"""What a definition is: for everybody; a part of another; for its file and those that import it;
or none where there is another, since it says what is defined elsewhere."""

Row = tuple[str, str, int, int, str]
Places = dict[str, tuple[int, ...]]
Plain = tuple[
    str, bool, str, bytes, tuple[str, ...], dict[str, int], Places, tuple[str, ...], bytes
]
"""The fields of a content, all of types that Python can write down by itself."""


@dataclass(slots=True)
class Content:
    """A content in which names are used and defined; of `data` only its family is told.

    `names` and `counts` are the uses as in Facts. `standings` says of each identifier that is
    defined what it is, and `places` which symbols it has, without what is merely around. The
    symbols have `kinds`; their `rows` are read where they are shown.
    """

    family: str
    data: bool
    names: str
    counts: bytes
    imports: tuple[str, ...]
    standings: dict[str, int]
    places: Places
    kinds: tuple[str, ...]
    rows: bytes
    _symbols: tuple[KnownSymbol, ...] | None = None

    @property
    def symbols(self) -> Sequence[KnownSymbol]:
        """The symbols in the order they stand."""
        if self._symbols is None:
            rows: list[Row] = marshal.loads(self.rows) if self.rows else []  # noqa: S302 - our own
            self._symbols = tuple(KnownSymbol(*row) for row in rows)
        return self._symbols

    def used(self) -> list[str]:
        """Each name that is used, in the order of `counts`."""
        return self.names[1:].split("\n")[: len(self.counts)]

    def plain(self) -> Plain:
        """All of it, to be written down; `Content(*plain)` is the same again."""
        return (
            *(self.family, self.data, self.names, self.counts, self.imports),
            *(self.standings, self.places, self.kinds, self.rows),
        )


def content_of(facts: Facts) -> Content:
    """What the map needs of facts."""
    if facts.data:
        return Content(facts.family, True, "\n", b"", (), {}, {}, (), b"")
    around = {symbol.name: symbol.kind for symbol in facts.symbols}
    standings: dict[str, int] = {}
    places: dict[str, list[int]] = {}
    for place, symbol in enumerate(facts.symbols):
        last = last_part(symbol.name)
        outer = around.get(symbol.name.rpartition(".")[0], "module")
        standing = _standing(symbol, last, facts.family)
        if outer not in AROUND and standing != DECLARED:
            standing = MEMBER
        standings[last] = min(standing, standings.get(last, standing))
        if symbol.kind not in AROUND:
            places.setdefault(last, []).append(place)
    rows: list[Row] = [
        (one.name, one.kind, one.start_line, one.end_line, one.signature) for one in facts.symbols
    ]
    return Content(
        family=facts.family,
        data=False,
        names=facts.names,
        counts=facts.counts,
        imports=facts.imports,
        standings=standings,
        places={last: tuple(found) for last, found in places.items()},
        kinds=tuple(symbol.kind for symbol in facts.symbols),
        rows=marshal.dumps(rows),
    )


def _standing(symbol: KnownSymbol, last: str, family: str) -> int:
    """What a definition is that stands in no other."""
    if symbol.kind == DECLARATION:
        return DECLARED
    if symbol.kind in MEMBERS:
        return MEMBER
    static = family == "c" and symbol.signature.startswith("static ")
    return LOCAL if static or (symbol.kind == "constant" and last.islower()) else FREE
