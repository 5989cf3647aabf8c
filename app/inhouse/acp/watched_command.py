"""What one command writes, on its way over a socket to the relay in an editor's terminal."""

import asyncio
import codecs
import contextlib
from typing import Final

from inhouse.acp.relay import ENDED, HEADER, OUTPUT
from inhouse.sanitise import sanitise

MOST_WAITING: Final = 1_000_000
"""A terminal that is further behind, in bytes, is spared what comes until it has caught up."""


class WatchedCommand:
    """Sends output without its controls; the socket's other end closes when the person closes the
    terminal."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._half = ""
        self._left_out = 0
        self._ended = False
        self._closed = asyncio.Event()
        self._looking = asyncio.create_task(self._look(reader))

    @property
    def closed(self) -> asyncio.Event:
        """Set when the person closed the terminal, or ended the relay with Ctrl+C."""
        return self._closed

    def write(self, piece: bytes) -> None:
        """Shows what the command wrote next."""
        if self._writer.transport.get_write_buffer_size() > MOST_WAITING:
            self._left_out += len(piece)
            return
        text = self._half + self._decoder.decode(piece)
        # A line may end in two characters that came in two pieces.
        self._half = "\r" if text.endswith("\r") else ""
        self._send(self._take_note() + text.removesuffix("\r"))

    def end(self, exit_code: int) -> None:
        """Has the relay end as the command did."""
        self._ended = True
        self._send(self._take_note() + self._half + self._decoder.decode(b"", final=True))
        code = exit_code if exit_code >= 0 else 128 - exit_code
        if not self._writer.is_closing():
            self._writer.write(HEADER.pack(ENDED, code & 0xFF))

    async def close(self, seconds: float) -> None:
        """Lets go of the socket once all was sent, after `seconds` in any case."""
        self._writer.close()
        try:
            async with asyncio.timeout(seconds):
                await self._writer.wait_closed()
        except TimeoutError:
            self._writer.transport.abort()
        except ConnectionError:
            # Nobody takes the rest.
            pass
        self._looking.cancel()
        await asyncio.wait([self._looking])

    def _send(self, text: str) -> None:
        data = sanitise(text).encode()
        if data and not self._writer.is_closing():
            self._writer.write(HEADER.pack(OUTPUT, len(data)) + data)

    def _take_note(self) -> str:
        left_out, self._left_out = self._left_out, 0
        return f"\n[{left_out:,} bytes are not shown here]\n" if left_out else ""

    async def _look(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
        if not self._ended:
            self._closed.set()
