"""What a program writes: kept within bounds, and passed on while it runs."""

import asyncio
import codecs
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT_BYTES = 1_000_000
"""Of the output, this much is kept from the beginning and as much from the end."""
MAX_BYTES = 256_000_000
"""A program that writes more than this is stopped."""
PROGRESS_SECONDS = 0.05
PROGRESS_CHARACTERS = 8_000


@dataclass(slots=True)
class Kept:
    """The beginning and the end of a stream of bytes."""

    limit: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        self.total += len(piece)
        room = self.limit - len(self.head)
        self.head += piece[:room]
        self.tail += piece[max(0, room) :]
        if len(self.tail) > 2 * self.limit:
            del self.tail[: -self.limit]

    def result(self) -> tuple[str, int]:
        """What was kept, as text, and how many bytes of the middle were not."""
        tail = bytes(self.tail[-self.limit :])
        cut = self.total - len(self.head) - len(tail)
        if not cut:
            return (bytes(self.head) + tail).decode("utf-8", "replace"), 0
        note = f"\n[{cut} bytes of output were not kept]\n"
        return (
            self.head.decode("utf-8", "replace") + note + tail.decode("utf-8", "replace"),
            cut,
        )


class Reader:
    """Takes what arrives on a pipe and passes it on for show, not more often than a screen."""

    def __init__(
        self,
        pipe: int,
        kept: Kept,
        show: Callable[[str], None],
        show_all: Callable[[bytes], None] | None = None,
    ) -> None:
        self.closed = asyncio.Event()
        self.flooded = asyncio.Event()
        self._pipe = pipe
        self._kept = kept
        self._show = show
        self._show_all = show_all
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
        if self._show_all is not None:
            self._show_all(piece)
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
        """Take no more; what was taken and not shown is passed on."""
        self._loop.remove_reader(self._pipe)
        os.close(self._pipe)
        self._pass_on()
