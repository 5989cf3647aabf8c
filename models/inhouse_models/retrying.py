"""When a server that is busy or gone is asked again, how long that waits, and when it is over."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ATTEMPTS = 5
LONGEST_WAIT = 120.0
"""Seconds; a server that asks for more is left alone."""
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Busy:
    """A server that wants to be asked later: its status, and after how many seconds if it says."""

    status: int
    seconds: float | None = None


def read_busy(status: int, headers: Mapping[str, str]) -> Busy | None:
    """What an answer says of asking later; None when it is another kind of answer.

    The seconds come out of `Retry-After` (a number or a date), else out of the hub's `RateLimit`.
    """
    if status not in _BUSY:
        return None
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", said):
        return Busy(status, float(said))
    if said:
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return Busy(status)
        if moment.tzinfo is not None:
            return Busy(status, max((moment - datetime.now(UTC)).total_seconds(), 0.0))
    left = re.search(r"(?:^|;)\s*t=(\d{1,9})\s*(?:;|$)", headers.get("ratelimit", ""))
    return Busy(status, float(left[1])) if left and status == 429 else Busy(status)


class Patience:
    """Counts what fails in a row; each wait is twice as long as the one before."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self.failures = 0

    @property
    def is_over(self) -> bool:
        """Whether it has failed so often that it is given up."""
        return self.failures >= ATTEMPTS

    def succeed(self) -> None:
        """Something came: what failed before does not count any more."""
        self.failures = 0

    async def wait(self, busy: Busy | None, tell: Callable[[str], None]) -> bool:
        """Count a failure and wait; False, at once, when it is given up instead."""
        self.failures += 1
        wanted = (busy.seconds if busy else None) or 0.0
        if self.is_over or wanted > LONGEST_WAIT:
            return False
        seconds = max(wanted, self._pause * 2 ** (self.failures - 1))
        said = f" (it answered {busy.status})" if busy else ""
        if seconds >= 1:
            tell(f"waiting {seconds:.0f} s before the hub is asked again{said}")
        await asyncio.sleep(seconds)
        return True
