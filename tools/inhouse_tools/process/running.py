"""Running a program to its end, within limits of time and output."""

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inhouse_tools.process.environment import scrubbed
from inhouse_tools.process.output import KEPT_BYTES, Kept, Reader
from inhouse_tools.process.starting import Started, signal_group, start
from inhouse_tools.process.watch import Watch
from inhouse_tools.refusal import Refusal, of_os_error

TERM_SECONDS = 1.5
"""How long a group may take to end itself before it is killed."""
DRAIN_SECONDS = 0.5
"""How long the output may stay open, held by a grandchild, after the program ended."""
LOOK_SECONDS = 0.05
"""How often is looked at how much a program has written."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a program ended. `exit_code` is negative for a signal, as in Popen.

    `output` is standard output and error as they came; `cut` counts the bytes left out of its
    middle. `flooded` when it was stopped for writing too much, `closed` when the person who watched
    it did.
    """

    exit_code: int
    output: str
    timed_out: bool = False
    flooded: bool = False
    closed: bool = False
    cut: int = 0
    seconds: float = 0.0


async def run(  # noqa: PLR0913 - a program has this many independent circumstances
    argv: Sequence[str],
    *,
    cwd: Path,
    timeout: float,  # noqa: ASYNC109 - a program that runs too long is ended, not abandoned
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    show: Callable[[str], None] = lambda _text: None,
    watch: Watch | None = None,
    kept_bytes: int = KEPT_BYTES,
) -> Result | Refusal:
    """Run a program to its end, at most `timeout` seconds.

    Its whole process group is ended with it, also when this task is cancelled. What it left
    running in the background ends too. `environment` is the scrubbed own one by default. `watch` is
    shown all of the output, `show` what a screen can follow.
    """
    began = time.monotonic()
    read_end, write_end = os.pipe()
    kept = Kept(kept_bytes)
    try:
        with tempfile.TemporaryFile() as source:
            source.write(stdin)
            source.seek(0)
            given = {0: source.fileno()} if stdin else {}
            process = await start(
                argv,
                cwd=cwd,
                environment=scrubbed(os.environ) if environment is None else environment,
                files={**given, 1: write_end, 2: write_end},
            )
    except BaseException as error:
        os.close(read_end)
        if isinstance(error, OSError):
            return of_os_error(error, argv[0], "run")
        if isinstance(error, ValueError):
            return Refusal("A command cannot hold a NUL character.")
        raise
    finally:
        os.close(write_end)
    reader = Reader(read_end, kept, show, watch.write if watch else None)
    try:
        timed_out = await _wait(process, reader, timeout, watch)
    finally:
        try:
            await _end_group(process, reader)
        finally:
            reader.close()
    output, cut = kept.result()
    exit_code = process.returncode if process.returncode is not None else -signal.SIGKILL
    if watch is not None:
        watch.end(exit_code)
    return Result(
        exit_code=exit_code,
        output=output,
        timed_out=timed_out,
        flooded=reader.flooded.is_set(),
        closed=watch is not None and watch.closed.is_set(),
        cut=cut,
        seconds=time.monotonic() - began,
    )


@dataclass(frozen=True, slots=True)
class Collected:
    """All that a program wrote, without its errors. `stopped` says why it was ended early."""

    exit_code: int
    output: bytes
    stopped: Literal["", "time", "many"] = ""


async def collect(
    argv: Sequence[str],
    *,
    cwd: Path,
    timeout: float,  # noqa: ASYNC109 - a program that runs too long is ended, not abandoned
    most_bytes: int,
    source: int | None = None,
) -> Collected | Refusal:
    """Run a program that reads a file, our descriptor `source`, or nothing, at most `timeout`
    seconds and `most_bytes` of output.

    It writes into a file, so that many small pieces wake nobody. When this is cancelled it ends.
    """
    stopped: Literal["", "time", "many"] = ""
    deadline = time.monotonic() + timeout
    given = {} if source is None else {0: source}
    with tempfile.TemporaryFile() as file:
        try:
            process = await start(
                argv,
                cwd=cwd,
                environment=scrubbed(os.environ),
                files={**given, 1: file.fileno()},
            )
        except OSError as error:
            return of_os_error(error, argv[0], "run")
        except ValueError:
            return Refusal("A command cannot hold a NUL character.")
        ended = asyncio.ensure_future(process.wait())
        try:
            while not ended.done() and not stopped:
                left = deadline - time.monotonic()
                await asyncio.wait({ended}, timeout=min(LOOK_SECONDS, max(0, left)))
                if os.fstat(file.fileno()).st_size > most_bytes:
                    stopped = "many"
                elif left <= 0:
                    stopped = "time"
        finally:
            if not ended.done():
                signal_group(process.pid, signal.SIGKILL)
            exit_code = await ended
        file.seek(0)
        return Collected(exit_code, file.read(most_bytes), stopped)


async def _wait(process: Started, reader: Reader, seconds: float, watch: Watch | None) -> bool:
    """Wait until the program ends or must be ended; whether it was out of time."""
    reasons = {
        asyncio.ensure_future(process.wait()),
        asyncio.ensure_future(reader.flooded.wait()),
    }
    if watch is not None:
        reasons.add(asyncio.ensure_future(watch.closed.wait()))
    try:
        done, _waiting = await asyncio.wait(
            reasons, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for reason in reasons:
            reason.cancel()
    return not done


async def _end_group(process: Started, reader: Reader) -> None:
    """Let a finished program's output arrive, and end whatever still runs of its group."""
    try:
        if process.returncode is None:
            signal_group(process.pid, signal.SIGTERM)
            signal_group(process.pid, signal.SIGCONT)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), TERM_SECONDS)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.closed.wait(), DRAIN_SECONDS)
    finally:
        signal_group(process.pid, signal.SIGKILL)
    await process.wait()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reader.closed.wait(), DRAIN_SECONDS)
