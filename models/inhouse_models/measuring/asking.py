"""Has a model measured by a process of its own, and hears how far it is."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any, Literal, cast

from inhouse_models.chat import ModelError
from inhouse_models.host.log import last_crash
from inhouse_models.host.places import log_path
from inhouse_models.host.spawn import HostOptions, Start, start_directly
from inhouse_models.measuring.measured import Measured, decode_measured

Step = Literal["loading", "tuning", "measuring"]
Follow = Callable[[Step, int, int], None]
"""Called with the step, how much of it is done and of how much; both 0 when nobody knows."""
# Longer lines are not ours.
LINE_BYTES = 1_000_000


def ignore_steps(step: Step, done: int, total: int) -> None:
    """For callers that do not show progress."""
    del step, done, total


async def ask_for_measurement(
    options: HostOptions, follow: Follow = ignore_steps, start: Start = start_directly
) -> Measured | ModelError:
    """Load the model as a host with these options would, and measure it; takes about a minute.

    Cancelling ends the process.
    """
    log = log_path()
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with log.open("ab") as output:
                log.chmod(0o600)
                _start(options, theirs.fileno(), output.fileno(), start)
    except OSError as error:
        ours.close()
        return ModelError("engine_lost", f"The measurement could not be started: {error}.")
    async with contextlib.aclosing(_lines(ours)) as lines:
        async for said in lines:
            if "step" in said:
                follow(cast("Step", said["step"]), int(said["done"]), int(said["total"]))
            elif "problem" in said:
                return ModelError("load", str(said["problem"]))
            elif measured := decode_measured(said.get("measured") or {}):
                return measured
    crash = last_crash(log_path())
    why = f" (llama.cpp crashed: {crash.lower()})" if crash else ""
    text = f"The engine stopped while it was measured{why}. Its log is {log_path()}."
    return ModelError("engine_lost", text)


def _start(options: HostOptions, descriptor: int, log: int, start: Start) -> None:
    command = [sys.executable, "-I", "-m", "inhouse_models.measuring"]
    command += ["--fd", str(descriptor), *options.arguments()]
    start(command, {1: log, 2: log, descriptor: descriptor})


async def _lines(connection: socket.socket) -> AsyncGenerator[dict[str, Any]]:
    """Objects that the other side says, until it hangs up."""
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=LINE_BYTES)
    try:
        while line := await reader.readline():
            yield json.loads(line)
    except (OSError, ValueError):
        # It broke off in the middle of a line.
        return
    finally:
        writer.close()
