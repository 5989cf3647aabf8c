"""How fast a counter grows, smoothed."""

from dataclasses import dataclass
from typing import Final

SMOOTHING_SECONDS: Final = 3.0
# Readings that follow each other sooner say little.
LEAST_SECONDS: Final = 0.05


@dataclass(slots=True)
class Speed:
    """Units a second from readings of a counter; a reading of long ago counts less."""

    per_second: float = 0.0
    at: float = 0.0
    _value: int | None = None

    def note(self, value: int, now: float) -> None:
        """The counter stands at `value` now."""
        if self._value is None:
            self._value, self.at = value, now
            return
        seconds = now - self.at
        if seconds < LEAST_SECONDS:
            return
        current = (value - self._value) / seconds
        weight = seconds / (seconds + SMOOTHING_SECONDS) if self.per_second else 1.0
        self.per_second += weight * (current - self.per_second)
        self._value, self.at = value, now
