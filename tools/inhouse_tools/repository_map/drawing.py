"""The map as text: paths, and below each the signatures of what stands there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inhouse_tools.editing.symbol_edit import NUMBER
from inhouse_tools.index.facts import KnownSymbol
from inhouse_tools.places.paths import spell
from inhouse_tools.repository_map.content import AROUND
from inhouse_tools.repository_map.ranks import Ranking

CHARACTERS_PER_TOKEN = 4
STEP = "  "
MAX_CHARACTERS = 120
MAX_VALUE_CHARACTERS = 60
VALUES = frozenset({"constant", "macro", "type", "field"})


@dataclass(frozen=True, slots=True)
class Drawing:
    """A ranking that can be drawn with any number of its symbols.

    Files stand in the order of their paths and symbols in the order of their lines, whatever their
    rank, so that the same choice is always the same text.
    """

    ranking: Ranking

    def text(self, symbols: int) -> str:
        """The map with the first so many symbols, and the classes around them."""
        chosen: dict[int, dict[int, None]] = {}
        for _score, file, place in self.ranking.symbols[:symbols]:
            chosen.setdefault(file, {})[place] = None
        lines: list[str] = []
        for file in sorted(chosen):
            lines.append(f"{spell(self.ranking.graph.paths[file])}:")
            lines.extend(self._signatures(file, chosen[file]))
        return "\n".join(lines)

    def most(self, budget: int, count: Callable[[str], int]) -> int:
        """With how many symbols the map has at most `budget` tokens, as `count` counts them."""
        low, high = 0, min(len(self.ranking.symbols), budget)
        while low < high:
            middle = (low + high + 1) // 2
            if count(self.text(middle)) <= budget:
                low = middle
            else:
                high = middle - 1
        return low

    def _signatures(self, file: int, chosen: Iterable[int]) -> list[str]:
        symbols = self.ranking.graph.contents[file].symbols
        places = {symbol.name: place for place, symbol in enumerate(symbols)}
        shown: dict[str, int] = {}
        for place in chosen:
            name = symbols[place].name
            shown[name] = place
            for outer in _outer_names(name):
                if outer in places and symbols[places[outer]].kind not in AROUND:
                    shown[outer] = places[outer]
        lines: list[str] = []
        for name, place in sorted(shown.items(), key=lambda item: item[1]):
            depth = 1 + sum(outer in shown for outer in _outer_names(name))
            lines.append(STEP * depth + _signature(symbols[place]))
        return lines


def _signature(symbol: KnownSymbol) -> str:
    text = symbol.signature or f"{symbol.kind} {symbol.name}"
    # Of a constant the name matters, and the beginning of a value says what it is.
    limit = MAX_VALUE_CHARACTERS if symbol.kind in VALUES else MAX_CHARACTERS
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def estimate(text: str) -> int:
    """About how many tokens a text has, for want of a model that counts them."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _outer_names(name: str) -> list[str]:
    """The names of the classes around a symbol: `A` and `A.B` of `A.B.c#2`."""
    parts = NUMBER.sub("", name).split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
