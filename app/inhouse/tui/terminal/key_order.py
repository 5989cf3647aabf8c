"""Keys one after the other: the next one comes when all of the one before is done.

Textual gives each key to the widget with the focus, and what the key is bound to is done when no
widget on the way up wanted it. Of keys that arrive together, letters would overtake the others.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App

Pressed = events.Key | events.Paste
PATIENCE_SECONDS: Final = 0.5
"""After that the widget went away with the key, as at the end of a screen."""


class KeyDone(Message):
    """Goes the way of a key, behind it, and arrives at the app when all is done."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class KeyOrder:
    """Takes what is pressed, and gives it to `handle` of its app in its turn, once it `begins`."""

    def __init__(self, app: "App[Any]", handle: "Callable[[Pressed], Awaitable[None]]") -> None:
        self._app = app
        self._handle = handle
        self._pressed: deque[Pressed] = deque()
        self._begun = False
        self._number = 0
        self._under_way = False
        self._alarm: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        """There is something now that takes keys."""
        self._begun = True
        await self._go_on()

    async def take(self, pressed: Pressed) -> None:
        """This one comes after all that came before."""
        self._pressed.append(pressed)
        await self._go_on()

    async def done(self, number: int) -> None:
        """This key has gone all its way."""
        if number == self._number and self._under_way:
            self._under_way = False
            if self._alarm is not None:
                self._alarm.cancel()
            await self._go_on()

    async def _go_on(self) -> None:
        if self._under_way or not self._begun or not self._pressed:
            return
        self._under_way = True
        self._number += 1
        number = self._number
        pressed = self._pressed.popleft()
        way = self._app.focused or self._app.screen
        await self._handle(pressed)
        if way.post_message(KeyDone(number)):
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(PATIENCE_SECONDS, self._give_up, number)
        else:
            self._give_up(number)

    def _give_up(self, number: int) -> None:
        self._app.post_message(KeyDone(number))
