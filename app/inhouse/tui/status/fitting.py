"""Parts of one line, of which the least important are left out where the line is short."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from inhouse.tui.text import line

GAP: Final = " · "
HEAVY, LIGHT = "━", "─"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A piece of a line; of several the one with the highest `rank` is left out first.

    Two pieces are never equal, even if they say the same.
    """

    text: Content
    rank: int = 0

    @property
    def cells(self) -> int:
        """How wide it is."""
        return self.text.cell_length


def fitting(parts: Sequence[Part], width: int, gap: str = GAP) -> tuple[Part, ...]:
    """As many parts as fit beside each other, in their order; the most important one always."""
    kept = [part for part in parts if part.cells]
    while len(kept) > 1 and _cells(kept, gap) > width:
        kept.remove(max(kept, key=lambda part: part.rank))
    return tuple(kept)


def in_line(parts: Sequence[Part], gap: str = GAP) -> Content:
    """The parts with gaps between them."""
    return line(gap, "$text-muted").join([part.text for part in parts])


def _cells(parts: Sequence[Part], gap: str) -> int:
    return sum(part.cells for part in parts) + len(gap) * (len(parts) - 1)


def bar(share: float, cells: int, style: str = "$primary", before: float = 0.0) -> Content:
    """A line of so many cells, heavy up to `share` (0.0 to 1.0) and light behind it.

    What lies below the share `before` is heavy, too, in a quieter colour.
    """
    filled = round(max(0.0, min(share, 1.0)) * cells)
    known = min(round(max(0.0, before) * cells), filled)
    return Content.assemble(
        (HEAVY * known, "$text-muted"),
        (HEAVY * (filled - known), style),
        (LIGHT * (cells - filled), "$text-muted 60%"),
    )
