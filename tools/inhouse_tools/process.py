"""Running a program in its own process group, with a time limit and bounded output."""

import asyncio
import codecs
import contextlib
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from inhouse_tools.refusal import Refusal, of_os_error

KEPT_BYTES = 1_000_000
"""Of the output, this much is kept from the beginning and as much from the end."""
MAX_BYTES = 256_000_000
"""A program that writes more than this is stopped."""
TERM_SECONDS = 1.5
"""How long a group may take to end itself before it is killed."""
DRAIN_SECONDS = 0.5
"""How long the output may stay open, held by a grandchild, after the program ended."""
LOOK_SECONDS = 0.05
"""How often is looked at how much a program has written."""
PROGRESS_SECONDS = 0.05
PROGRESS_CHARACTERS = 8_000

_SECRET_NAME = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|COOKIE|API_?KEY|PRIVATE_?KEY"
    r"|ACCESS_?KEY)|(^|_)(KEY|PAT|AUTH|PASS|DSN)$|_PWD$|_KEY_|^(AWS|AZURE|GCP|GCLOUD)_",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
_AGENT_SOCKETS = frozenset(
    {"SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS"}
)
_SHELL_TRAPS = frozenset({"BASH_ENV", "ENV", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "CDPATH"})
_QUIET = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    # A file edited twice within a second would otherwise be run from its old bytecode.
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How a program ended. `exit_code` is negative for a signal, as in Popen.

    `output` is standard output and error as they came; `cut` counts the bytes left out of its
    middle. `flooded` when it was stopped for writing too much.
    """

    exit_code: int
    output: str
    timed_out: bool = False
    flooded: bool = False
    cut: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _Kept:
    """The beginning and the end of a stream of bytes."""

    limit: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0

    def add(self, piece: bytes) -> None:
        self.total += len(piece)
        room = self.limit - len(self.head)
        self.head += piece[:room]
        self.tail += piece[max(0, room) :]
        if len(self.tail) > 2 * self.limit:
            del self.tail[: -self.limit]

    def result(self) -> tuple[str, int]:
        tail = bytes(self.tail[-self.limit :])
        cut = self.total - len(self.head) - len(tail)
        if not cut:
            return (bytes(self.head) + tail).decode("utf-8", "replace"), 0
        note = f"\n[{cut} bytes of output were not kept]\n"
        return (
            self.head.decode("utf-8", "replace") + note + tail.decode("utf-8", "replace"),
            cut,
        )


class _Reader:
    """Takes what arrives on a pipe and passes it on for show, not more often than a screen."""

    def __init__(self, pipe: int, kept: _Kept, show: Callable[[str], None]) -> None:
        self.closed = asyncio.Event()
        self.flooded = asyncio.Event()
        self._pipe = pipe
        self._kept = kept
        self._show = show
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._shown = 0.0
        self._loop = asyncio.get_running_loop()
        os.set_blocking(pipe, False)
        self._loop.add_reader(pipe, self._take)

    def _take(self) -> None:
        try:
            piece = os.read(self._pipe, 65_536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._loop.remove_reader(self._pipe)
            self.closed.set()
            return
        self._kept.add(piece)
        if self._kept.total > MAX_BYTES:
            self.flooded.set()
        self._pending = (self._pending + self._decoder.decode(piece))[-PROGRESS_CHARACTERS:]
        if time.monotonic() - self._shown >= PROGRESS_SECONDS:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._pending:
            text, self._pending = self._pending, ""
            self._shown = time.monotonic()
            self._show(text)

    def close(self) -> None:
        self._loop.remove_reader(self._pipe)
        os.close(self._pipe)
        self._pass_on()


async def run(  # noqa: PLR0913 - a program has this many independent circumstances
    argv: Sequence[str],
    *,
    cwd: Path,
    timeout: float,  # noqa: ASYNC109 - a program that runs too long is ended, not abandoned
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    show: Callable[[str], None] = lambda _text: None,
    kept_bytes: int = KEPT_BYTES,
) -> Result | Refusal:
    """Run a program to its end, at most `timeout` seconds.

    Its whole process group is ended with it, also when this task is cancelled. What it left
    running in the background ends too. `environment` is the scrubbed own one by default.
    """
    began = time.monotonic()
    read_end, write_end = os.pipe()
    kept = _Kept(kept_bytes)
    try:
        with tempfile.TemporaryFile() as source:
            source.write(stdin)
            source.seek(0)
            process = await _spawn(
                *argv,
                cwd=cwd,
                env=dict(scrubbed(os.environ) if environment is None else environment),
                stdin=source if stdin else asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,
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
    reader = _Reader(read_end, kept, show)
    try:
        timed_out = await _wait(process, reader, timeout)
    finally:
        try:
            await _end_group(process, reader)
        finally:
            reader.close()
    output, cut = kept.result()
    return Result(
        exit_code=process.returncode if process.returncode is not None else -signal.SIGKILL,
        output=output,
        timed_out=timed_out,
        flooded=reader.flooded.is_set(),
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
) -> Collected | Refusal:
    """Run a program that reads nothing, at most `timeout` seconds and `most_bytes` of output.

    It writes into a file, so that many small pieces wake nobody. When this is cancelled it ends.
    """
    stopped: Literal["", "time", "many"] = ""
    deadline = time.monotonic() + timeout
    with tempfile.TemporaryFile() as file:
        try:
            process = await _spawn(
                *argv,
                cwd=cwd,
                env=scrubbed(os.environ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
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
                _signal_group(process.pid, signal.SIGKILL)
            exit_code = await ended
        file.seek(0)
        return Collected(exit_code, file.read(most_bytes), stopped)


@dataclass(frozen=True, slots=True)
class Pipe:
    """A program that goes on running and is spoken to over its standard input and output."""

    process: asyncio.subprocess.Process
    output: asyncio.StreamReader
    input: asyncio.StreamWriter

    async def read(self, limit: int) -> bytes:
        """What it writes next, at most so many bytes; nothing at all once it writes no more."""
        return await self.output.read(limit)

    async def write(self, data: bytes) -> bool:
        """Whether it could still be told this; waits while it does not read."""
        try:
            self.input.write(data)
            await self.input.drain()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    async def end(self) -> None:
        """End it and everything it started. It is told first that no more will be said."""
        self.input.close()
        try:
            _signal_group(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), TERM_SECONDS)
        finally:
            _signal_group(self.process.pid, signal.SIGKILL)
        # A grandchild that left the group may hold the output open for ever.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rest(), DRAIN_SECONDS)

    async def _rest(self) -> None:
        while await self.read(65_536):
            pass
        await self.process.wait()


async def open_pipe(
    argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None
) -> Pipe | Refusal:
    """Start a program that is spoken to, in a process group of its own; its errors go nowhere.

    When this is cancelled nothing of it is left. The one who opened it ends it.
    """
    try:
        process = await _spawn(
            *argv,
            cwd=cwd,
            env=dict(scrubbed(os.environ) if environment is None else environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return of_os_error(error, argv[0], "run")
    except ValueError:
        return Refusal("A command cannot hold a NUL character.")
    output = cast("asyncio.StreamReader", process.stdout)
    return Pipe(process, output, cast("asyncio.StreamWriter", process.stdin))


async def hand_over(argv: Sequence[str], *, cwd: Path) -> int | Refusal:
    """Give the terminal to a program of the person's, such as an editor; its exit code."""
    try:
        process = await asyncio.create_subprocess_exec(*argv, cwd=cwd)
    except OSError as error:
        return of_os_error(error, argv[0], "run")
    return await process.wait()


async def _spawn(*argv: str, **named: Any) -> asyncio.subprocess.Process:
    """Start a program; when this is cancelled meanwhile, its whole group is killed.

    Left to itself asyncio kills only the program, and what a shell started by then lives on.
    """
    spawning = asyncio.ensure_future(asyncio.create_subprocess_exec(*argv, **named))
    try:
        return await asyncio.shield(spawning)
    except asyncio.CancelledError:
        await asyncio.wait({spawning})
        if not spawning.cancelled() and spawning.exception() is None:
            process = spawning.result()
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()
        raise


async def _wait(process: asyncio.subprocess.Process, reader: _Reader, seconds: float) -> bool:
    """Wait until the program ends or must be ended; whether it was out of time."""
    ended = asyncio.ensure_future(process.wait())
    flooded = asyncio.ensure_future(reader.flooded.wait())
    try:
        done, _waiting = await asyncio.wait(
            {ended, flooded}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        ended.cancel()
        flooded.cancel()
    return not done


async def _end_group(process: asyncio.subprocess.Process, reader: _Reader) -> None:
    """Let a finished program's output arrive, and end whatever still runs of its group."""
    try:
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            _signal_group(process.pid, signal.SIGCONT)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), TERM_SECONDS)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.closed.wait(), DRAIN_SECONDS)
    finally:
        _signal_group(process.pid, signal.SIGKILL)
    await process.wait()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reader.closed.wait(), DRAIN_SECONDS)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without what looks like a secret, an agent's socket or a trap for a shell.

    PATH keeps absolute folders only, so that a program of the current folder is not picked up.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not _SECRET_NAME.search(name)
        and not _SECRET_VALUE.search(value)
        and name not in _AGENT_SOCKETS
        and name not in _SHELL_TRAPS
        and not name.startswith("BASH_FUNC_")
    }
    folders = [part for part in kept.get("PATH", os.defpath).split(":") if part.startswith("/")]
    return {**kept, **_QUIET, "PATH": ":".join(folders)}
