"""What a measurement comes to: a figure with its opponent and its target."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Verdict = Literal["met", "missed", "shown"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure shall be: at most or at least `bound`."""

    relation: Literal["at most", "at least"]
    bound: float

    def met_by(self, value: float) -> bool:
        """Whether this value is good enough."""
        return value <= self.bound if self.relation == "at most" else value >= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `ours` and `theirs` are in `unit`; `ratio` is what the target is about, and where there is
    none `ours` is. `note` says what a reader needs to believe it.
    """

    what: str
    ours: float
    unit: str = ""
    opponent: str = ""
    theirs: float | None = None
    ratio: float | None = None
    target: Target | None = None
    note: str = ""

    @property
    def judged(self) -> float:
        """The value that the target is about."""
        return self.ours if self.ratio is None else self.ratio

    @property
    def verdict(self) -> Verdict:
        """Whether the target is met; without one the figure is only shown."""
        if self.target is None:
            return "shown"
        return "met" if self.target.met_by(self.judged) else "missed"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run measures with.

    `hybrid` is a tiny model with recurrent layers, `llama_server` the opponent's program, None
    to do without. `quick` only shows that all works. `folder` is for files of the run.
    """

    model: Path
    hybrid: Path
    folder: Path
    threads: int = 2
    llama_server: Path | None = None
    quick: bool = False

    def few(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full


Measurement = Callable[[Bench], list[Figure]]
