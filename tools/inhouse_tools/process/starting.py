"""Starting a program: through the runner when there is one, else directly."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from inhouse_tools.runner.connection import Runner, present_runner, read_report
from inhouse_tools.runner.forked import NUMBER_BYTES
from inhouse_tools.runner.message import Program, program


class Started(Protocol):
    """A program that was started; `returncode` is None while it runs, negative for a signal."""

    @property
    def pid(self) -> int:
        """Its process id, which is that of its group."""
        ...

    @property
    def returncode(self) -> int | None:
        """How it ended."""
        ...

    async def wait(self) -> int:
        """How it ended, once it has."""
        ...


async def start(
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    files: Mapping[int, int],
    session: bool = True,
) -> Started:
    """Start a program that finds our descriptors `files[N]` as its N; what is missing is empty.

    With `session` it leads a session of its own. When this is cancelled meanwhile, its whole group
    is killed. Raises OSError when it cannot be started, ValueError for a NUL.
    """
    runner = present_runner()
    if runner is None:
        return await _start_directly(argv, cwd, environment, files, session=session)
    return await _start_through(
        runner, program(argv, cwd, environment, (*files,), session=session), files
    )


async def _start_through(runner: Runner, wanted: Program, files: Mapping[int, int]) -> "Remote":
    ours, theirs = socket.socketpair()
    remote = Remote(ours)
    report, reporting = os.pipe()
    try:
        try:
            runner.send(wanted, (reporting, theirs.fileno(), *files.values()))
        finally:
            theirs.close()
            os.close(reporting)
        remote.pid = read_report(await _read_all(report))
    except BaseException:
        remote.let_go()
        await remote.wait()
        raise
    finally:
        os.close(report)
    return remote


async def _read_all(pipe: int) -> bytes:
    """What arrives on a pipe until nobody can write to it any more."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    pieces: list[bytes] = []

    def take() -> None:
        pieces.append(os.read(pipe, 1024))
        if not pieces[-1]:
            ended.set()

    loop.add_reader(pipe, take)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(pipe)
    return b"".join(pieces)


class Remote:
    """A program that the runner started. What comes over the lifeline is how it ended."""

    def __init__(self, lifeline: socket.socket) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self._lifeline = lifeline
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        lifeline.setblocking(False)
        self._loop.add_reader(lifeline, self._take)

    async def wait(self) -> int:
        """How it ended, once it has."""
        await self._ended.wait()
        return -signal.SIGKILL if self.returncode is None else self.returncode

    def let_go(self) -> None:
        """Have the runner kill its group, which it can before we know a process id."""
        with contextlib.suppress(OSError):
            self._lifeline.shutdown(socket.SHUT_WR)

    def forget(self) -> None:
        """Hear no more of it."""
        if self._lifeline.fileno() >= 0:
            self._loop.remove_reader(self._lifeline)
            self._lifeline.close()

    def _take(self) -> None:
        try:
            said = self._lifeline.recv(NUMBER_BYTES)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        # Without a word the runner was killed, and the programs with it.
        code = int.from_bytes(said, "big", signed=True) if said else -signal.SIGKILL
        self.returncode = code
        self.forget()
        self._ended.set()


async def _start_directly(
    argv: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    files: Mapping[int, int],
    *,
    session: bool,
) -> Started:
    """Left to itself asyncio, when cancelled, kills only the program, and what a shell started by
    then lives on."""
    empty = asyncio.subprocess.DEVNULL
    spawning = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=dict(environment),
            stdin=files.get(0, empty),
            stdout=files.get(1, empty),
            stderr=files.get(2, empty),
            start_new_session=session,
        )
    )
    try:
        return await asyncio.shield(spawning)
    except asyncio.CancelledError:
        await asyncio.wait({spawning})
        if not spawning.cancelled() and spawning.exception() is None:
            process = spawning.result()
            signal_group(process.pid, signal.SIGKILL)
            await process.wait()
        raise


def signal_group(group: int, number: signal.Signals) -> None:
    """Signal everything in a group; one that is gone has heard enough."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
