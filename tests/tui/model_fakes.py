"""Models and downloads for the tests of screens: no store, no network, steps that a test takes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from inhouse.live.downloads import Downloads, FetchProblem, Progress
from inhouse.live.fitting import Fit
from inhouse.live.models import ModelChoice, Removed
from inhouse.speeds import Speed
from inhouse.tui.themes import register_themes
from inhouse_models.catalogue import find_entry
from inhouse_models.machine import GIB, Gpu, Machine
from inhouse_models.proposal.propose import Proposal, propose

LAPTOP = Machine(16 * GIB, 11 * GIB, 8)
WORKSTATION = Machine(64 * GIB, 60 * GIB, 16, (Gpu("RTX 4090", 24 * GIB, 23 * GIB),))
Result = TypeVar("Result")
STARTER = "qwen2.5-coder-1.5b"


def choice(name: str, **facts: object) -> ModelChoice:
    """A model of the catalogue as it would be listed when it is not here."""
    entry = find_entry(name)
    known: dict[str, object] = {"name": name, "origin": "catalogue"}
    if entry:
        known |= {"title": entry.title, "licence": entry.licence, "context": entry.context}
        known |= {"note": entry.note, "entry": entry, "size": entry.size, "thinks": entry.thinks}
        known["quantisation"] = "Q4_K_M"
    return ModelChoice(**(known | facts))  # pyright: ignore[reportArgumentType] -- facts are fields


def here(name: str, **facts: object) -> ModelChoice:
    """A model of the store."""
    return choice(name, origin="store", path=Path(f"/models/{name}.gguf"), **facts)


class FakeModels:
    """Models by hand; `removed` tells what was deleted."""

    def __init__(self, *choices: ModelChoice, machine: Machine = LAPTOP) -> None:
        self.listed = list(choices)
        self.fits: dict[str, Fit] = {}
        self.speeds: dict[str, Speed] = {}
        self.files: dict[str, ModelChoice] = {}
        self.removed: list[str] = []
        self.refusal = ""
        self.offered = machine

    def machine(self) -> Machine:
        return self.offered

    def proposal(self) -> Proposal:
        return propose(self.offered, [one.entry for one in self.listed if one.entry])

    def choices(self) -> tuple[ModelChoice, ...]:
        return tuple(self.listed)

    def typed(self, text: str) -> ModelChoice | None:
        return self.files.get(text)

    def fit(self, choice: ModelChoice) -> Fit:
        return self.fits.get(choice.name, Fit("fits", ("It takes 2.8 GiB.",)))

    def speed(self, name: str) -> Speed:
        return self.speeds.get(name, Speed())

    def remove(self, choice: ModelChoice) -> Removed:
        if self.refusal:
            return Removed(self.refusal, failed=True)
        self.removed.append(choice.name)
        self.listed.remove(choice)
        return Removed(f"{choice.name} is deleted.")


@dataclass
class FakeTransfer:
    """A download whose every step a test takes; `time` is what the clock says."""

    asked: list[str] = field(default_factory=list[str])
    stopped: list[str] = field(default_factory=list[str])
    time: float = 0.0
    _progress: Progress | None = None
    _ended: "asyncio.Future[str | FetchProblem] | None" = None

    async def fetch(self, name: str, progress: Progress) -> str | FetchProblem:
        self.asked.append(name)
        self._progress = progress
        self._ended = asyncio.get_running_loop().create_future()
        try:
            return await self._ended
        except asyncio.CancelledError:
            self.stopped.append(name)
            raise

    def downloads(self) -> Downloads:
        """Downloads that fetch so."""
        return Downloads(self.fetch, clock=lambda: self.time, seconds_between=0)

    @property
    def waiting(self) -> bool:
        """Whether a download has begun and waits for its next step."""
        return self._progress is not None and self._ended is not None and not self._ended.done()

    def move(self, done: int, total: int, step: str = "downloading from the hub") -> None:
        """So far it is."""
        assert self._progress is not None
        self._progress(done, total, step)

    def end(self, result: str | FetchProblem) -> None:
        """It is over."""
        assert self._ended is not None
        self._ended.set_result(result)


class OneScreen(App[None], Generic[Result]):
    """An app with nothing but the screen that is tested; `results` is what it gave."""

    def __init__(self, make: Callable[[], Screen[Result]], theme: str = "ink") -> None:
        super().__init__()
        self._make = make
        self._wanted_theme = theme
        self.results: list[Result | None] = []
        self.told: list[str] = []

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = self._wanted_theme
        self.push_screen(self._make(), self.results.append)

    def notify(self, message: str, **options: Any) -> None:
        assert options["markup"] is False
        self.told.append(message)
        super().notify(message, **options)


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for the screen; a test that waits for nothing fails by its timeout."""
    async with asyncio.timeout(60):
        while not true():
            await pilot.pause(0.01)


async def workers_end(pilot: Pilot[None]) -> None:
    """Wait for what goes on beside the screen, in threads as well; a pause alone does not."""
    await pilot.pause()
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers))
    await pilot.pause()


def drive(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine."""

    async def main() -> None:
        await test()

    asyncio.run(main())
