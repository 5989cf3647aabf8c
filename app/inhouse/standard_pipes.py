"""Standard input and output of a program that an editor speaks to: pipes, or files and devices."""

import asyncio
import os
import stat
import sys
from collections.abc import Awaitable, Callable
from io import FileIO
from typing import BinaryIO, Final

PIECE: Final = 256 * 1024

Read = Callable[[], Awaitable[bytes]]
Write = Callable[[bytes], Awaitable[None]]


async def open_pipes() -> tuple[Read, Write]:
    """What reads the next piece, empty at the end, and what writes all of some bytes.

    Writing raises ConnectionError when nobody reads, and OSError when a disk is full. What is
    printed by accident goes to standard error from here on.
    """
    output = FileIO(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return await _reading(sys.stdin.buffer), await _writing(output)


def _is_waited_for(descriptor: int) -> bool:
    """Whether the loop can wait for it; files, and devices such as /dev/null, are always ready."""
    kind = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or os.isatty(descriptor)


async def _reading(source: BinaryIO) -> Read:
    if not _is_waited_for(source.fileno()):

        async def read_file() -> bytes:
            # Who takes the pieces gets to work on one before the next is there, as with a pipe.
            return await asyncio.to_thread(os.read, source.fileno(), PIECE)

        return read_file
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, source)
    return lambda: reader.read(PIECE)


async def _writing(target: FileIO) -> Write:
    if not _is_waited_for(target.fileno()):

        async def write_file(data: bytes) -> None:
            left = memoryview(data)
            while left:
                left = left[os.write(target.fileno(), left) :]

        return write_file
    loop = asyncio.get_running_loop()
    transport, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, target)
    writer = asyncio.StreamWriter(transport, flow, None, loop)

    async def write_pipe(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    return write_pipe
