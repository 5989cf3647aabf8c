"""Starts the program that makes trials, hands on what it says, and keeps what it has found."""

import asyncio
import os
import sys
import time
from collections.abc import Callable

from inhouse_models.host.control import engine_status, stop_engines
from inhouse_models.host.process import run_program
from inhouse_models.host.spawn import HostOptions
from inhouse_models.speed.remembered import Tuned, remember
from inhouse_models.speed.telling import Ended, Failed, Told, decode_told

PROGRAM = (sys.executable, "-I", "-m", "inhouse_models.host.trials")
QUICK_WORD = "--quick"
# Cores that other programs may use beside those that are left over: more would decide the trials.
MOST_DISTURBANCE = 0.25
END_SECONDS = 30.0
POLL_SECONDS = 0.05
KEPT_LINES = 5


async def try_out(
    options: HostOptions, tell: Callable[[Told], None], *, quick: bool
) -> Ended | Failed:
    """Make all trials of a model. It takes minutes; cancelled, it ends the program at once."""
    ended: list[Ended | Failed] = []
    others: list[str] = []

    def listen(line: str) -> None:
        told = decode_told(line)
        if isinstance(told, Ended | Failed):
            ended.append(told)
        elif told is not None:
            tell(told)
        else:
            others.append(line)
            del others[:-KEPT_LINES]

    words = [*PROGRAM, *([QUICK_WORD] if quick else []), *options.arguments()]
    try:
        code = await run_program(words, listen)
    except OSError as error:
        return Failed(f"The trials could not be started: {error.strerror}.")
    if ended:
        return ended[-1]
    said = next((line for line in reversed(others) if line.strip()), f"exit code {code}")
    what = f"were ended by signal {-code}" if code < 0 else "failed"
    return Failed(f"The trials {what}: {said}")


def keep(options: HostOptions, name: str, ended: Ended) -> str:
    """Remember what was found; why it could not be, empty when it was."""
    tuned = Tuned(ended.choices, ended.before_seconds, ended.after_seconds, time.time(), model=name)
    try:
        remember(options.model, tuned)
    except OSError as error:
        return f"What was found cannot be kept: {error.strerror or error}."
    return ""


def is_disturbed(ended: Ended, threads: int, cores: int) -> bool:
    """Whether other programs needed the cores that were timed."""
    return ended.others > max(cores - threads, 0) + MOST_DISTURBANCE


async def make_room() -> str:
    """End engines that only wait, which would take memory from the trials; why one cannot be."""
    running = await engine_status()
    held = [one.held for one in running if one.held]
    if held:
        return held[0]
    busy = [one for one in running if one.busy]
    if busy:
        return (
            f"The engine is answering ({busy[0].model}), and would disturb the trials. Wait for it,"
            " or end it: inhouse engine stop"
        )
    if running:
        await stop_engines()
        await _wait_for_end([one.pid for one in running])
    return ""


async def _wait_for_end(pids: list[int]) -> None:
    """Wait until processes are gone, a while: then their memory is free."""
    for _try in range(int(END_SECONDS / POLL_SECONDS)):
        if not any(map(_is_there, pids)):
            return
        await asyncio.sleep(POLL_SECONDS)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
