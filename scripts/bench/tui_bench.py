"""What the figures of the terminal UI are measured with: a conversation on a terminal that draws
everything and shows it to nobody."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from figure import Figure
from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver

from inhouse.tui.conversation import Conversation

if TYPE_CHECKING:
    from textual.pilot import Pilot

COLUMNS, ROWS = 120, 40


@dataclass(frozen=True, slots=True)
class TuiBench:
    """`folder` is for files of the run. `quick` only shows that all works."""

    folder: Path
    quick: bool = False

    def few(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full


Measurement = Callable[[TuiBench], list[Figure]]


class NobodysTerminal(HeadlessDriver):
    """A terminal that everything is written to, in the bytes that a real one gets."""

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._nobody = os.open(os.devnull, os.O_WRONLY)

    @property
    def is_headless(self) -> bool:
        """Not for Textual, which draws nothing for tests."""
        return False

    def write(self, data: str) -> None:
        """Write as to a terminal."""
        os.write(self._nobody, data.encode("utf-8"))

    def close(self) -> None:
        """Close the file."""
        os.close(self._nobody)
        Driver.close(self)


class ConversationApp(App[None]):
    """An app with nothing but a conversation."""

    def __init__(self) -> None:
        super().__init__(driver_class=NobodysTerminal)
        self.frames = 0
        self._drawn = asyncio.Event()

    def compose(self) -> ComposeResult:
        """The conversation."""
        yield Conversation()

    @property
    def conversation(self) -> Conversation:
        """The conversation."""
        return self.query_one(Conversation)

    def post_display_hook(self) -> None:
        """A frame was drawn."""
        self.frames += 1
        self._drawn.set()

    async def drawn_after(self, frames: int) -> None:
        """Wait until there are more frames than these."""
        while self.frames <= frames:
            self._drawn.clear()
            await self._drawn.wait()

    async def at_rest(self) -> None:
        """Wait until nothing more is drawn."""
        while True:
            frames = self.frames
            await asyncio.sleep(0.2)
            if frames == self.frames:
                return


async def in_app(act: Callable[[ConversationApp], Awaitable[None]]) -> None:
    """Do something in an app that runs and ends with it."""
    app = ConversationApp()

    async def pilot(_pilot: "Pilot[object]") -> None:
        await act(app)
        app.exit()

    await app.run_async(size=(COLUMNS, ROWS), auto_pilot=pilot)
