"""An app from its first moment: dressed, and no key is lost before there is an editor."""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from textual import events, on
from textual.app import App
from textual.driver import Driver

from inhouse.sanitise import SafeText
from inhouse.tui.crash import GuardedApp
from inhouse.tui.terminal.answers import (
    DEVICE_QUESTION,
    GRAPHICS_QUESTION,
    TerminalSaid,
    has_placeholders,
)
from inhouse.tui.terminal.key_order import KeyDone, KeyOrder, Pressed
from inhouse.tui.themes import AUTO, choose_theme, describe_themes, register_themes

if TYPE_CHECKING:
    from inhouse.tui.terminal.early import EarlyTerminal

Result = TypeVar("Result")
ANSWER_SECONDS: Final = 2.0


class TerminalApp(GuardedApp[Result]):
    """Wears its theme in its first frame already: the one that the setting means where the
    background is `dark`, as far as that is known. Takes over the `early` terminal, if there is one.

    Keys and pastes wait until `take_keys` was called; then they come in their order.
    """

    def __init__(
        self, setting: str, dark: bool | None = None, early: "EarlyTerminal | None" = None
    ) -> None:
        # Textual asks for the colours of the theme while it sets itself up.
        self._setting = setting
        self.dark = dark
        super().__init__()
        self.early = early
        self._lent = False
        self._images: asyncio.Future[bool] | None = None
        self._keys = KeyOrder(self, super().on_event)
        self.set_class(True, f"-theme-{self.theme}", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_css_variables(self) -> dict[str, str]:
        """Textual asks for this, first when it is made: the theme is put on then, since one that
        is put on later has all styles parsed again."""
        if self.theme not in describe_themes():
            register_themes(self)
            self.set_reactive(App.theme, self.theme_of(self._setting))
        return super().get_css_variables()

    def theme_of(self, setting: str) -> str:
        """The theme that a setting means in this terminal."""
        return choose_theme(setting, os.environ, dark=self.dark)

    def on_terminal_said(self, message: TerminalSaid) -> None:
        """An answer that came after the start, or the person chose another background."""
        answered = message.done or message.shows_images is not None
        if answered and self._images is not None and not self._images.done():
            self._images.set_result(bool(message.shows_images))
        if message.dark is not None:
            follows = self._setting == AUTO and self.theme == self.theme_of(AUTO)
            self.dark = message.dark
            if follows:
                self.theme = self.theme_of(AUTO)

    def get_driver_class(self) -> type[Driver]:
        """Textual asks for this."""
        from textual.constants import DRIVER

        if DRIVER is not None:
            return super().get_driver_class()
        from inhouse.tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def tell_terminal(self, text: SafeText) -> None:
        """Write sequences that are no part of the screen, unless somebody else has the terminal."""
        if self._driver is not None and not self._lent:
            self._driver.write(text)

    async def shows_images(self) -> bool:
        """Whether the terminal shows images where placeholders stand; it is asked only once."""
        if self._images is None:
            self._images = asyncio.get_running_loop().create_future()
            if self.is_headless or not has_placeholders(os.environ):
                self._images.set_result(False)
            else:
                self.tell_terminal(SafeText(GRAPHICS_QUESTION + DEVICE_QUESTION))
        done, _waiting = await asyncio.wait({self._images}, timeout=ANSWER_SECONDS)
        return bool(done) and self._images.result()

    @contextmanager
    def suspend(self) -> Generator[None]:
        """Leaves the terminal to somebody else for a while: nothing is written to it."""
        self._lent = True
        try:
            with super().suspend():
                yield
        finally:
            self._lent = False

    def take_keys(self) -> None:
        """Something has the focus, or will have when this comes to its turn."""
        self.call_later(self._keys.begin)

    async def on_event(self, event: events.Event) -> None:
        """Textual calls this for each; keys wait for their turn."""
        if isinstance(event, Pressed) and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    @on(Driver.SignalResume)
    def draw_again(self) -> None:
        """The program was suspended, and the terminal showed something else meanwhile."""
        self.screen.refresh(layout=True)

    async def on_key_done(self, message: KeyDone) -> None:
        """The next key."""
        message.stop()
        await self._keys.done(message.number)
