"""Shows events, blocks and whole sessions one after the other, in the order in which they came."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from inhouse.tui.blocks.block import Block
from inhouse.tui.places import Places

if TYPE_CHECKING:
    from inhouse.tui.diff.view import DiffLayout
    from inhouse_agent.events import Event


@dataclass(frozen=True, slots=True)
class Restart:
    """Another session begins here, with what has happened in it so far."""

    events: "Sequence[Event]"


class Presenter:
    """Takes events at any speed; `run` is a task of the app.

    What shows them is loaded with the first of them, beside the event loop: a person can write
    before it is there. `diffs` is how changes are laid out in what comes.
    """

    def __init__(self, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._clock = clock
        self.diffs: DiffLayout = "auto"
        self._waiting: asyncio.Queue[Event | Block | Restart] = asyncio.Queue()

    def take(self, event: "Event") -> None:
        """Show this event after what came before; returns at once."""
        self._waiting.put_nowait(event)

    def put(self, block: Block) -> None:
        """Show what is no event, such as a report of a command, after what came before."""
        self._waiting.put_nowait(block)

    def restart(self, events: "Sequence[Event]") -> None:
        """Show a session in the place of the one that stands there, after what came before."""
        self._waiting.put_nowait(Restart(events))

    async def run(self) -> None:
        """Shows what comes, until it is cancelled."""
        await asyncio.to_thread(import_module, "inhouse.tui.event_blocks")
        from inhouse.tui.event_blocks import EventBlocks

        blocks = EventBlocks(self._places, self._clock)
        while True:
            item = await self._waiting.get()
            blocks.diffs = self.diffs
            match item:
                case Restart(events):
                    await blocks.show_session(events)
                case Block():
                    await self._places.conversation.add(item)
                case _:
                    await blocks.show(item)
            self._waiting.task_done()

    async def settled(self) -> None:
        """Waits until everything that came is shown."""
        await self._waiting.join()
