"""What both sides of a replay have in common: they answer requests, pause and start anew."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inhouse_models.chat import Message, Request

QUIET_SECONDS = 0.4
MOST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """One answer and its costs.

    `total` are the tokens of the prompt and `read` those of them that were decoded for it;
    `first_seconds` pass from the request to the first token. `prompt` and `ids` are the tokens of
    prompt and answer, where the side tells them.
    """

    message: Message
    total: int
    read: int
    first_seconds: float
    prompt: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()


class SideError(Exception):
    """A side gave no answer; the text says what it said instead."""


class Side(Protocol):
    """An engine behind a connection."""

    name: str

    async def ask(self, request: Request, stop_after: int | None = None) -> Said:
        """Its answer; with `stop_after` the client hangs up after so many pieces of it."""
        ...

    async def settle(self) -> None:
        """Wait until it does nothing any more, so that the other side has the machine."""
        ...

    async def restart(self) -> None:
        """End its process and start another, ready to answer."""
        ...


async def wait_until_quiet(pid: int, at_least: float) -> None:
    """Wait so many seconds, and then until the process uses no processor time."""
    await asyncio.sleep(at_least)
    waited, before = 0.0, -1
    while waited < MOST_SECONDS:
        ticks = processor_ticks(pid)
        if ticks == before:
            return
        before = ticks
        await asyncio.sleep(QUIET_SECONDS)
        waited += QUIET_SECONDS


def processor_ticks(pid: int) -> int:
    """Processor time of a process in the kernel's ticks; 0 where that is not told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
