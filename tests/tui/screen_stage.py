"""One app in which screens are opened one after the other, much quicker than an app each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from inhouse.tui.themes import register_themes

Open = Callable[["Opened"], Awaitable[None]]


@dataclass
class Opened:
    """A screen that is open, the hand on its keys, and what it gave."""

    app: App[None]
    pilot: Pilot[None]
    results: list[Any]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the screen; a test that waits for nothing fails by its timeout."""
        async with asyncio.timeout(60):
            while not true():
                await self.pilot.pause()

    async def workers_end(self) -> None:
        """Wait for what goes on beside the screen, once it has begun."""
        await self.pilot.pause()
        await self.until(lambda: all(worker.is_finished for worker in self.app.workers))
        await self.pilot.pause()


@dataclass(frozen=True, slots=True)
class Picture:
    """How a screen is to be seen, and the keys before that."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    theme: str = "ink"


class Stage(App[None]):
    """Nothing but the screens that are pushed."""

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "ink"


def on_stage(steps: Iterable[tuple[Callable[[], Screen[Any]], Open]]) -> None:
    """Each screen with what is done on it; what is left open is closed."""

    async def main() -> None:
        async with Stage().run_test(size=(100, 30)) as pilot:
            for make, act in steps:
                opened = Opened(pilot.app, pilot, [])
                await pilot.app.push_screen(make(), opened.results.append)
                await pilot.pause()
                await act(opened)
                if len(pilot.app.screen_stack) > 1:
                    await pilot.app.pop_screen()

    asyncio.run(main())


async def look(opened: Opened, picture: Picture) -> None:
    """Show the screen as the picture wants it."""
    opened.app.theme = picture.theme
    await opened.pilot.resize_terminal(*picture.size)
    await opened.pilot.press(*picture.keys)
    await opened.workers_end()
