"""A program that goes on running and is spoken to."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inhouse_tools.process.environment import scrubbed
from inhouse_tools.process.running import DRAIN_SECONDS, TERM_SECONDS
from inhouse_tools.process.starting import Started, signal_group, start
from inhouse_tools.refusal import Refusal, of_os_error


@dataclass(frozen=True, slots=True)
class Pipe:
    """A program that goes on running and is spoken to over its standard input and output."""

    process: Started
    output: asyncio.StreamReader
    input: asyncio.StreamWriter
    source: asyncio.ReadTransport

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
            signal_group(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), TERM_SECONDS)
        finally:
            signal_group(self.process.pid, signal.SIGKILL)
        # A grandchild that left the group may hold the output open for ever.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rest(), DRAIN_SECONDS)
        self.source.close()

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
    its_input, our_output = os.pipe()
    our_input, its_output = os.pipe()
    with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
        for end in (its_input, its_output):
            theirs.callback(os.close, end)
        listening = ours.enter_context(os.fdopen(our_input, "rb", 0))
        speaking = ours.enter_context(os.fdopen(our_output, "wb", 0))
        try:
            source, output = await _listen(listening)
            ours.callback(source.close)
            writer = await _speak(speaking)
            ours.callback(writer.close)
            process = await start(
                argv,
                cwd=cwd,
                environment=scrubbed(os.environ) if environment is None else environment,
                files={0: its_input, 1: its_output},
            )
        except OSError as error:
            return of_os_error(error, argv[0], "run")
        except ValueError:
            return Refusal("A command cannot hold a NUL character.")
        ours.pop_all()
    return Pipe(process, output, writer, source)


async def _listen(pipe: IO[bytes]) -> tuple[asyncio.ReadTransport, asyncio.StreamReader]:
    reader = asyncio.StreamReader()
    transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    return transport, reader


async def _speak(pipe: IO[bytes]) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    # Nothing is read there; it is what knows when more may be written.
    protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
    transport, _protocol = await loop.connect_write_pipe(lambda: protocol, pipe)
    return asyncio.StreamWriter(transport, protocol, None, loop)
