"""Somebody who watches a program sees all of its output and can end it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from inhouse_tools.process import Result, run

pytestmark = pytest.mark.usefixtures("each_way")


@dataclass
class Looking:
    """Notes what it is shown, and turns away once it was shown `enough`."""

    enough: bytes = b"\0"
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    shown: bytes = b""
    exit_codes: list[int] = field(default_factory=list[int])

    def write(self, piece: bytes) -> None:
        """Note it."""
        self.shown += piece
        if self.enough in self.shown:
            self.closed.set()

    def end(self, exit_code: int) -> None:
        """Note it."""
        self.exit_codes.append(exit_code)


def watched(looking: Looking, command: str, seconds: float = 120) -> Result:
    argv = ["/bin/bash", "-c", command]
    result = asyncio.run(run(argv, cwd=Path("/"), timeout=seconds, watch=looking))
    assert isinstance(result, Result)
    return result


def test_it_is_shown_every_byte_and_how_the_program_ended() -> None:
    looking = Looking()
    result = watched(looking, "seq 200000; exit 3")
    assert looking.shown.decode() == "".join(f"{number}\n" for number in range(1, 200_001))
    assert looking.exit_codes == [3]
    assert (result.exit_code, result.closed) == (3, False)


def test_turning_away_ends_the_program_and_what_it_started() -> None:
    result = watched(Looking(b"ready"), "sleep 600 & echo ready; wait")
    assert result.closed
    assert not result.timed_out
    assert result.exit_code < 0
    # Of the ten minutes that it would take.
    assert result.seconds < 60


def test_running_out_of_time_is_no_turning_away() -> None:
    looking = Looking()
    result = watched(looking, "sleep 600", 0.2)
    assert (result.timed_out, result.closed) == (True, False)
    assert len(looking.exit_codes) == 1
