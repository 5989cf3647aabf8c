"""One scenario on its stand: in a folder of its own that is made anew for each of its runs."""

import itertools
import random
import shutil
import tempfile
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar, cast

from tests.e2e.durability.scenario import FaultError, Scenario
from tests.e2e.durability.scenarios import point_home
from tests.e2e.durability.traced import Point, Tracer, find_tracer, points_of

MEMORY: Final = Path("/dev/shm")
LITTER: Final = ".inhouse-"
Item = TypeVar("Item")


class Stand:
    """One scenario in a folder of its own."""

    def __init__(self, scenario: Scenario, folder: Path, tracer: Tracer) -> None:
        self.scenario = scenario
        self.tracer = tracer
        self.work = folder / "work"
        self.template = folder / "template"
        point_home(self.work)
        self.work.mkdir()
        scenario.prepare(self.work)
        self.work.rename(self.template)
        self.reset()
        self.old = scenario.look(self.work)
        # Whatever is imported late is there from now on.
        said = scenario.act(self.work)
        if said:
            raise FaultError(f"{scenario.name}: {said}")
        scenario.restart(self.work)
        self.new = scenario.look(self.work)
        scenario.further(self.work)

    def reset(self) -> None:
        """Everything is as it was prepared."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.template, self.work, symlinks=True)

    def act(self) -> str:
        """What is killed."""
        return self.scenario.act(self.work)

    def trace(self) -> list[str]:
        """The lines of a run that nothing disturbs."""
        self.reset()
        lines, ended = self.tracer.record(self.act)
        if ended.broken or (ended.said and self.tracer.name == "strace"):
            raise FaultError(f"{self.scenario.name}: {ended.broken or ended.said}")
        return lines

    def judge(self) -> tuple[str, bool]:
        """Which state the next start finds or makes, "old" or "new", and whether it repaired.

        Raises FaultError.
        """
        before = self.scenario.look(self.work)
        said = self.scenario.restart(self.work)
        now = self.scenario.look(self.work)
        if now not in (self.old, self.new):
            raise FaultError(f"neither old nor new: {now!r:.400}")
        repaired = without_litter(before) != now
        if repaired and not said:
            raise FaultError("it was repaired, and nothing was said")
        self.scenario.further(self.work)
        return "old" if now == self.old else "new", repaired


def without_litter(found: object) -> object:
    """What a person sees: our own temporary files in a project are taken away without a word."""
    if not isinstance(found, dict):
        return found
    files = cast("dict[str, object]", found)
    return {name: file for name, file in files.items() if LITTER not in name}


def spread(points: Sequence[Item], count: int, chance: random.Random) -> list[Item]:
    """So many of them, one from each of equal stretches."""
    if count >= len(points):
        return list(points)
    edges = [len(points) * at // count for at in range(count + 1)]
    return [points[chance.randrange(low, high)] for low, high in itertools.pairwise(edges)]


@contextmanager
def stands(scenarios: Iterable[Scenario]) -> Generator[list[tuple[Stand, list[Point]]]]:
    """Each scenario, and all points of it."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="inhouse-kills-", dir=place) as folder:
        tracer = find_tracer(Path(folder))
        made: list[tuple[Stand, list[Point]]] = []
        for scenario in scenarios:
            own = Path(folder) / scenario.name.replace(" ", "-")
            own.mkdir()
            stand = Stand(scenario, own.resolve(), tracer)
            made.append((stand, points_of(stand.trace())))
        yield made
