"""What a scenario is: something that we write, and what must hold after it was stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class FaultError(Exception):
    """Something does not hold that must hold."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`prepare` makes the folder in which `act` is killed; `act` says what went wrong, if anything.

    `look` is what must be as before or as after. `restart` is the next start: it repairs and
    returns what it says to the person. `further` is what must be possible then. Both raise
    FaultError.
    """

    name: str
    prepare: Callable[[Path], None]
    act: Callable[[Path], str]
    look: Callable[[Path], object]
    restart: Callable[[Path], list[str]]
    further: Callable[[Path], None]


def require(condition: object, text: str) -> None:
    """Raise FaultError unless it holds."""
    if not condition:
        raise FaultError(text)


def nothing_said(work: Path) -> list[str]:
    """The next start of what needs no repair."""
    del work
    return []


def no_litter(folder: Path, *names: str) -> None:
    """Nothing but these names is left in a folder."""
    left = sorted(path.name for path in folder.iterdir() if path.name not in names)
    require(not left, f"left behind: {left}")
