"""The terminal while the program is still being loaded: it is asked, and it is quiet."""

import os
import select
import sys
import termios
from collections.abc import Mapping
from typing import Any, Final

# As in inhouse.tui.terminal.answers, which is loaded only when there is an answer.
QUESTIONS: Final = b"\x1b]11;?\x1b\\\x1b[c"
# They would show the question, or nobody answers.
SILENT: Final = frozenset({"dumb", "linux", "vt100", "vt220"})
MOST_BYTES: Final = 65536


class EarlyTerminal:
    """Shows no key that is pressed; each is kept for the editor, in the order it came in.

    `attributes` are how the terminal was before, for whoever restores it.
    """

    def __init__(self, reading: int, writing: int, *, ask: bool) -> None:
        self._reading = reading
        self._said = b""
        self.attributes: list[Any] = termios.tcgetattr(reading)
        quiet: list[Any] = termios.tcgetattr(reading)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(reading, termios.TCSANOW, quiet)
        if ask:
            os.write(writing, QUESTIONS)

    @classmethod
    def open(cls, environment: Mapping[str, str], *, ask: bool) -> "EarlyTerminal | None":
        """None where there is no terminal. `ask`: of its background, where it may answer."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return None
        answers = environment.get("TERM", "dumb") not in SILENT
        try:
            return cls(sys.stdin.fileno(), sys.stdout.fileno(), ask=ask and answers)
        except (OSError, termios.error):
            return None

    def background(self) -> bool | None:
        """Whether it is dark, as far as the terminal has said by now; nobody waits for it."""
        try:
            while select.select([self._reading], [], [], 0)[0] and len(self._said) < MOST_BYTES:
                piece = os.read(self._reading, 4096)
                if not piece:
                    break
                self._said += piece
        except OSError:
            # The terminal is gone, which whoever uses it next will find out.
            return None
        if b"\x1b" not in self._said:
            return None
        from inhouse.tui.terminal.answers import find_background

        # A character may have come in part, so bytes are only looked at, not decoded for good.
        dark, rest = find_background(self._said.decode("latin-1"))
        self._said = rest.encode("latin-1")
        return dark

    def take(self) -> bytes:
        """What was typed, and what is left of the answers; the second time nothing."""
        said, self._said = self._said, b""
        return said

    def restore(self) -> None:
        """Leaves the terminal as it was."""
        try:
            termios.tcsetattr(self._reading, termios.TCSANOW, self.attributes)
        except (OSError, termios.error):
            # It is gone.
            return
