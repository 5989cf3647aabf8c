"""Drives the terminal as Textual does, with another understanding of what it sends."""

import errno
import os
import selectors
import termios
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Final

from textual.drivers.linux_driver import LinuxDriver

from inhouse.tui.terminal.answers import KEYBOARD_QUESTION
from inhouse.tui.terminal.parser import TerminalParser

if TYPE_CHECKING:
    from inhouse.tui.terminal.early import EarlyTerminal

# The bytes of one key arrive together, unless a network lies between.
NEAR_SECONDS: Final = 0.05
FAR_SECONDS: Final = 0.2
FAR: Final = ("SSH_CONNECTION", "SSH_TTY", "MOSH_CONNECTION")
LOOK_SECONDS: Final = 0.1
AT_ONCE_BYTES: Final = 16384


class TerminalDriver(LinuxDriver):
    """For an app that may have an `early` terminal, which is taken over with what was typed."""

    def start_application_mode(self) -> None:
        """Take the screen; what was typed before comes first."""
        early = self._early if self.attrs_before is None else None
        super().start_application_mode()
        if early is not None:
            self.attrs_before = early.attributes
        if self._key_thread is not None and self._key_thread.is_alive():
            # Else the program is in the background, and the terminal is not taken.
            self.write(KEYBOARD_QUESTION)

    @property
    def _early(self) -> "EarlyTerminal | None":
        return getattr(self._app, "early", None)

    def run_input_thread(self) -> None:
        """Read until the app leaves the terminal."""
        parser = TerminalParser(escape_seconds(), deletes=self._deletes())
        decode = getincrementaldecoder("utf-8")("replace").decode
        if self._early is not None:
            self._take(parser, decode(self._early.take()))
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                patience = parser.patience
                wait = LOOK_SECONDS if patience is None else min(LOOK_SECONDS, patience)
                if selector.select(wait):
                    said = os.read(self.fileno, AT_ONCE_BYTES)
                    if not said:
                        raise OSError(errno.EIO, "The terminal has hung up")
                    self._take(parser, decode(said))
                for message in parser.tick():
                    self.process_message(message)

    def _take(self, parser: TerminalParser, text: str) -> None:
        if text:
            for message in parser.feed(text):
                self.process_message(message)

    def _deletes(self) -> str:
        """What Backspace sends, as the terminal was told."""
        if self.attrs_before is None:
            return "\x7f"
        return self.attrs_before[6][termios.VERASE].decode("latin-1")


def escape_seconds() -> float:
    """How long after an ESC nothing has to follow for it to be the key."""
    said = os.environ.get("ESCDELAY", "")
    if said.isdecimal():
        return int(said) / 1000
    return FAR_SECONDS if any(os.environ.get(name) for name in FAR) else NEAR_SECONDS
