"""How fast an answer is read and written, followed from the events as they come."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from inhouse.tui.status.speed import Speed

if TYPE_CHECKING:
    from inhouse_agent.events import Event, PrefillProgress, UsageReported

Phase = Literal["idle", "loading", "asked", "reading", "thinking", "writing", "written"]
# A piece holds one token, or several that came together: code has about four characters a token.
CHARACTERS_PER_TOKEN: Final = 4


@dataclass(slots=True)
class Pace:
    """What is going on now, in tokens and seconds of `clock`.

    `written` counts the tokens of the answer, an estimate until `exact`. `first_token` is how
    long the person waited for it, None before.
    """

    clock: Callable[[], float] = time.monotonic
    phase: Phase = "idle"
    since: float = 0.0
    what: str = ""
    cached: int = 0
    done: int = 0
    total: int = 0
    written: int = 0
    exact: bool = False
    first_token: float | None = None
    _asked: float | None = None
    _read: Speed = field(default_factory=Speed)
    _characters: int = 0
    _pieces: int = 0
    _first_at: float = 0.0
    _speed: float = 0.0

    def take(self, event: "Event") -> None:
        """Follow one event; most change nothing."""
        # Loaded with the first event: a person can write before that.
        from inhouse_agent.events import (
            MessageAdded,
            PrefillProgress,
            TextArrived,
            ThinkingArrived,
            ToolStarted,
            TurnEnded,
            TurnStarted,
            UsageReported,
        )

        match event:
            case TurnStarted():
                self.ask()
            case PrefillProgress():
                self.read(event)
            case ThinkingArrived(text):
                self._write("thinking", text)
            case TextArrived(text):
                self._write("writing", text)
            case UsageReported():
                self._report(event)
            case MessageAdded(message) if message.role == "tool":
                self.ask()
            case ToolStarted() | TurnEnded():
                self.rest()
            case _:
                pass

    def ask(self) -> None:
        """A question is on its way to the model."""
        self._begin("asked")
        self._asked = self.since
        self.first_token = None

    def load(self, done: int, total: int, what: str) -> None:
        """A long step before the first answer; `total` 0 when it is not known."""
        if self.phase != "loading" or self.what != what:
            self._begin("loading")
        self.what, self.done, self.total = what, done, total

    def read(self, event: "PrefillProgress") -> None:
        """So much of the prompt is read."""
        now = self.clock()
        if self.phase != "reading" or event.done < self.done:
            self._begin("reading")
            self._read = Speed()
            self._asked = now if self._asked is None else self._asked
        self._read.note(event.done, now)
        self.cached, self.done, self.total = event.cached, event.done, event.total

    def rest(self) -> None:
        """Nothing is read or written."""
        self._begin("idle")
        self._asked = None

    @property
    def seconds(self) -> float:
        """How long this phase lasts."""
        return max(0.0, self.clock() - self.since)

    @property
    def waiting_for_token(self) -> bool:
        """Whether all is read and nothing of the answer is there."""
        return self.phase == "reading" and self.done >= self.total

    @property
    def reading_speed(self) -> float:
        """Tokens a second, smoothed; 0.0 when it is not known yet."""
        return self._read.per_second

    @property
    def seconds_left(self) -> float | None:
        """Until the prompt is read; None when it is not known yet."""
        if self.phase != "reading" or self.reading_speed <= 0:
            return None
        passed = self.clock() - self._read.at
        return max(0.0, (self.total - self.done) / self.reading_speed - passed)

    @property
    def writing_speed(self) -> float:
        """Tokens a second over the whole answer; 0.0 when it is not known yet."""
        if self.exact:
            return self._speed
        seconds = self.clock() - self._first_at
        return (self.written - 1) / seconds if seconds > 0 and self.written > 1 else 0.0

    def _begin(self, phase: Phase) -> None:
        self.phase, self.since = phase, self.clock()
        self.written = self._characters = self._pieces = 0
        self.cached = self.done = self.total = 0
        self.exact = False

    def _write(self, phase: Phase, text: str) -> None:
        now = self.clock()
        if self.phase not in ("thinking", "writing"):
            asked = self.since if self._asked is None else self._asked
            self._begin(phase)
            self._asked, self._first_at = None, now
            self.first_token = now - asked
        self.phase = phase
        self._characters += len(text)
        self._pieces += 1
        self.written = max(self._pieces, self._characters // CHARACTERS_PER_TOKEN)

    def _report(self, event: "UsageReported") -> None:
        """The engine's own figures take the place of what was watched."""
        self._begin("written")
        usage, timings = event.usage, event.timings
        self.written, self.exact = usage.output_tokens, True
        seconds = timings.write_seconds
        self._speed = usage.output_tokens / seconds if seconds > 0 else 0.0
        self.first_token = timings.queue_seconds + timings.read_seconds
        self._asked = None
