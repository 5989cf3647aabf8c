"""Who has how much of a graphics card's memory now: the seam, and what NVIDIA's library says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from inhouse_models.machine.nvml_library import cards_of, open_library


@dataclass(frozen=True, slots=True)
class CardUse:
    """The memory of one card in bytes, and what programs that compute on it hold, by process id;
    0 where the driver does not tell, as under Windows."""

    total: int
    free: int
    processes: Mapping[int, int] = field(default_factory=dict[int, int])


class GpuMemory(Protocol):
    """Looks at every card whose memory can be asked for; none is an empty answer."""

    def __call__(self) -> tuple[CardUse, ...]: ...


def look_at_cards() -> tuple[CardUse, ...]:
    """NVIDIA's cards now; none without the driver. Takes milliseconds."""
    with open_library() as library:
        if library is None:
            return ()
        looked = ((card.memory(), card.processes()) for card in cards_of(library))
        return tuple(CardUse(int(m.total), int(m.free), used) for m, used in looked if m)
