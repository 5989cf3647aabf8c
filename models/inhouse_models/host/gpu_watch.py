"""Judges from a graphics card's memory whether somebody else needs what the model holds of it."""

import os
from dataclasses import dataclass
from pathlib import Path

from inhouse_models.machine.gpu_use import CardUse, GpuMemory, look_at_cards

MIB = 1024**2
# With so much of a card free, a command has room beside the model.
ROOMY_SHARE = 0.5
# With less than this free, what another program asks for next is refused to it.
LOW_SHARE, LOW_BYTES = 0.05, 1024 * MIB
# The driver's own part of a program that computes; one that grows by less asks for nothing.
LEAST_GROWTH = 256 * MIB
UNNAMED = "a program"


@dataclass(frozen=True, slots=True)
class Asking:
    """A program that came to the card, or grew on it, until hardly anything was free."""

    pid: int
    name: str
    held: int


class GpuWatch:
    """Compares the cards with how they were when the model had been loaded."""

    def __init__(self, memory: GpuMemory = look_at_cards) -> None:
        self._memory = memory
        self._before: dict[int, int] = {}

    def remember(self) -> None:
        """The programs that are on the cards now were there before, and ask for nothing."""
        self._before = _held_by_others(self._memory())

    def is_roomy(self) -> bool:
        """Whether a command has room on every card as it is; False where nothing is known."""
        cards = self._memory()
        return bool(cards) and all(card.free >= ROOMY_SHARE * card.total for card in cards)

    def find_asking(self) -> Asking | None:
        """Who needs what the model holds: the one that grew most on a card that is nearly full."""
        full = [card for card in self._memory() if card.free < _low(card)]
        grown = {
            pid: held
            for pid, held in _held_by_others(full).items()
            if held - self._before.get(pid, 0) >= LEAST_GROWTH
        }
        if not grown:
            return None
        pid = max(grown, key=lambda one: grown[one])
        return Asking(pid, _name_of(pid), grown[pid])


def _low(card: CardUse) -> float:
    return min(max(LOW_BYTES, LOW_SHARE * card.total), card.total / 4)


def _held_by_others(cards: list[CardUse] | tuple[CardUse, ...]) -> dict[int, int]:
    held: dict[int, int] = {}
    for card in cards:
        for pid, memory in card.processes.items():
            if pid != os.getpid():
                held[pid] = held.get(pid, 0) + memory
    return held


def _name_of(pid: int) -> str:
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return UNNAMED
    # A program chooses its own name, and it stands in our log.
    return name if name.isprintable() else UNNAMED
