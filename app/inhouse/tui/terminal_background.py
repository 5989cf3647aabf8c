"""Asks the terminal whether its background is dark, while the program is still being loaded."""

import os
import re
import select
import sys
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# What the background is (OSC 11), and what every terminal answers (DA1), so that an end is seen.
QUESTION: Final = b"\x1b]11;?\x1b\\\x1b[c"
COLOUR: Final = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})[^\x07\x1b]*(?:\x07|\x1b\\)",
    re.IGNORECASE,
)
END: Final = re.compile(rb"\x1b\[\?[\d;]*c")
# Weights of red, green and blue in brightness (ITU-R BT.709).
WEIGHTS: Final = (0.2126, 0.7152, 0.0722)
PATIENCE_SECONDS: Final = 0.05
REMOTE: Final = ("SSH_CONNECTION", "SSH_TTY", "MOSH_CONNECTION")


@dataclass(frozen=True, slots=True)
class Background:
    """`dark` is None when the terminal did not say; `typed` is what the person wrote meanwhile."""

    dark: bool | None = None
    typed: str = ""


class BackgroundQuestion:
    """Asked when it is made; `answer` has to be called, since the terminal is quiet until then."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._before: list[Any] = termios.tcgetattr(reading)
        quiet: list[Any] = termios.tcgetattr(reading)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(reading, termios.TCSANOW, quiet)
        os.write(writing, QUESTION)

    @classmethod
    def ask(cls, environment: Mapping[str, str]) -> "BackgroundQuestion | None":
        """None where nobody answers, or so late that the answer would be taken for keys."""
        if any(environment.get(name) for name in REMOTE) or environment.get("TERM") == "dumb":
            return None
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return None
        try:
            return cls(sys.stdin.fileno(), sys.stdout.fileno())
        except (OSError, termios.error):
            return None

    def answer(self, patience: float = PATIENCE_SECONDS) -> Background:
        """What the terminal has said by now, or says within `patience` seconds."""
        said = b""
        end = time.monotonic() + patience
        try:
            while END.search(said) is None:
                left = max(0.0, end - time.monotonic())
                if not select.select([self._reading], [], [], left)[0]:
                    break
                piece = os.read(self._reading, 4096)
                if not piece:
                    break
                said += piece
            termios.tcsetattr(self._reading, termios.TCSANOW, self._before)
        except (OSError, termios.error):
            # The terminal is gone, which whoever uses it next will find out.
            pass
        return read_answer(said)


def read_answer(said: bytes) -> Background:
    """What the bytes say: the colour, and everything that is no answer was typed."""
    colour = COLOUR.search(said)
    typed = END.sub(b"", COLOUR.sub(b"", said)).decode("utf-8", "ignore")
    typed = "".join(
        char for char in typed.replace("\r", "\n") if char.isprintable() or char == "\n"
    )
    if colour is None:
        return Background(typed=typed)
    shares = [int(part, 16) / (16 ** len(part) - 1) for part in colour.groups()]
    light = sum(weight * share for weight, share in zip(WEIGHTS, shares, strict=True))
    return Background(light < 0.5, typed)
