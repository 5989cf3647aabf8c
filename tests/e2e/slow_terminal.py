"""A terminal at the far end of a slow line, which answers what it is asked."""

import contextlib
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.e2e.terminal import Terminal

# What a terminal says of itself, by the question.
ANSWERS: Mapping[bytes, bytes] = {
    b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:1111/1111/1111\x1b\\",
    b"\x1b[c": b"\x1b[?62;4;22c",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?u": b"",
}
STEP_SECONDS = 0.01


@dataclass
class SlowTerminal(Terminal):
    """Everything takes `delay` seconds in each direction; the order stays."""

    delay: float = 0.2
    _arrived: deque[float] = field(default_factory=lambda: deque[float](maxlen=2))
    _to_program: deque[tuple[float, bytes]] = field(default_factory=deque[tuple[float, bytes]])
    _to_person: deque[tuple[float, bytes]] = field(default_factory=deque[tuple[float, bytes]])
    _open_question: bytes = b""

    def say(self, answer: bytes) -> None:
        """Write what the terminal sends by itself."""
        self._to_program.append((time.monotonic() + self.delay, answer))

    def type(self, text: str) -> None:
        """Write as a person does."""
        self.say(text.encode())

    def take(self, seconds: float) -> bool:
        """Let the line work for so many seconds, or until something was shown."""
        end = time.monotonic() + seconds
        while True:
            self._send()
            alive = super().take(min(STEP_SECONDS, max(0.0, end - time.monotonic())))
            if self._show() or not alive or time.monotonic() >= end:
                return alive

    def wait(self, seconds: float) -> None:
        """Let time pass at both ends."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.take(left):
            pass

    def show(self, data: bytes) -> None:
        """What the program has written is under way."""
        self._to_person.append((time.monotonic() + self.delay, data))

    def type_apart(self, first: str, rest: str, seconds: float) -> float:
        """Write two pieces so far apart, and say how far apart they came to the program: on a
        machine that does much else that may be more."""
        self.type(first)
        self.wait(seconds)
        self.type(rest)
        self.wait_until(lambda: not self._to_program)
        return self._arrived[-1] - self._arrived[0]

    def _send(self) -> None:
        while self._to_program and self._to_program[0][0] <= time.monotonic():
            self._arrived.append(time.monotonic())
            # What arrives when the program has ended is read by nobody.
            with contextlib.suppress(OSError):
                super().say(self._to_program.popleft()[1])

    def _show(self) -> bool:
        shown = False
        while self._to_person and self._to_person[0][0] <= time.monotonic():
            data = self._to_person.popleft()[1]
            super().show(data)
            self._answer(data)
            shown = True
        return shown

    def _answer(self, data: bytes) -> None:
        seen = self._open_question + data
        asked = sorted((seen.find(one), one) for one in ANSWERS if one in seen)
        for _place, question in asked:
            self.say(ANSWERS[question])
        self._open_question = b"" if asked else seen[-16:]
