"""A window of a text file that is too large to be in memory: it is read through once, in blocks."""

import codecs
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import BinaryIO, Final

from inhouse_tools.reading.window import MAX_LINE_CHARACTERS, Frame, Window
from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.text import BOMS

BLOCK_BYTES: Final = 1024**2
MOST_BYTES: Final = 4 * 1024**3
# No character takes more bytes in UTF-8.
MOST_LINE_BYTES: Final = 4 * MAX_LINE_CHARACTERS
_CONTINUATIONS: Final = bytes(range(0x80, 0xC0))


def read_window(
    path: Path, name: str, frame: Frame, stopped: Event, block_bytes: int = BLOCK_BYTES
) -> tuple[Window, str] | Refusal:
    """The window, and the encoding of the file; may take seconds, and ends early once `stopped`.

    What is not valid in the encoding is shown as U+FFFD, since it cannot be written back anyway.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(file, "rb", buffering=0) as stream:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                return Refusal(f"{name} is not a regular file.")
            if facts.st_size > MOST_BYTES:
                return Refusal(
                    f"{name} is larger than {MOST_BYTES // 1024**3} GiB. "
                    "Use bash to look at a part of it."
                )
            codec = _codec_of(stream.read(block_bytes) or b"")
            if codec is None:
                return Refusal(f"{name} cannot be read as text: it is a binary file.")
            stream.seek(0)
            taking = _Taking(frame)
            for block in _blocks(stream, codec, block_bytes):
                if stopped.is_set():
                    break
                taking.take(block)
    except OSError as error:
        return of_os_error(error, name, "read")
    return taking.window(), codec


def _codec_of(head: bytes) -> str | None:
    """How the bytes of a file become text, by its first block; None for what is no text."""
    for mark, codec in BOMS:
        if head.startswith(mark):
            return codec
    if b"\0" in head:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _blocks(stream: BinaryIO, codec: str, block_bytes: int) -> Iterator[bytes]:
    """The text of the file as UTF-8, in blocks that may end anywhere."""
    decoder = None if codec == "utf-8" else codecs.getincrementaldecoder(codec)("replace")
    first = True
    read = 0
    # A file may grow while it is read.
    while read < MOST_BYTES and (block := stream.read(block_bytes)):
        read += len(block)
        if decoder is not None:
            block = decoder.decode(block).encode("utf-8", "replace")
        if first:
            block = block.removeprefix(codecs.BOM_UTF8)
            first = False
        yield block
    if decoder is not None:
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")


class _Taking:
    """Counts the lines of a text that passes, and keeps those that are wanted."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._ended = 0
        self._open = False
        self._kept = b""
        self._characters = 0
        self._size = 0
        self._full = False
        self._lines: list[str] = []
        self._long: list[tuple[int, int]] = []

    def take(self, block: bytes) -> None:
        """The next bytes of the text."""
        missing = self._frame.offset - 1 - self._ended
        done = self._full or len(self._lines) >= self._frame.limit
        if done or (missing > 0 and block.count(b"\n") < missing):
            self._ended += block.count(b"\n")
            self._open = not block.endswith(b"\n") if block else self._open
            return
        start = 0
        for _line in range(missing):
            start = block.index(b"\n", start) + 1
        self._ended += max(0, missing)
        self._open = self._open and missing <= 0
        self._take_lines(block, start)

    def window(self) -> Window:
        """What was kept, once all has passed."""
        if self._open:
            self._close()
        return Window(self._lines, self._frame.offset, self._ended, self._long)

    def _take_lines(self, block: bytes, start: int) -> None:
        """The lines that begin or go on at `start`, until no more are wanted."""
        while start < len(block):
            if self._full or len(self._lines) >= self._frame.limit:
                self._ended += block.count(b"\n", start)
                self._open = not block.endswith(b"\n")
                return
            end = block.find(b"\n", start)
            self._add(block[start : len(block) if end < 0 else end])
            if end < 0:
                self._open = True
                return
            self._close()
            start = end + 1

    def _add(self, piece: bytes) -> None:
        if len(self._kept) < MOST_LINE_BYTES:
            self._kept += piece[: MOST_LINE_BYTES - len(self._kept)]
        self._characters += len(piece.translate(None, _CONTINUATIONS))

    def _close(self) -> None:
        """A line has ended."""
        self._ended += 1
        self._open = False
        if self._full or not 0 <= self._ended - self._frame.offset < self._frame.limit:
            return
        whole = self._kept.decode("utf-8", "replace")
        line = whole.removesuffix("\r")
        characters = self._characters - (len(whole) - len(line))
        self._kept, self._characters = b"", 0
        self._size += min(len(line), MAX_LINE_CHARACTERS) + 1
        if self._lines and self._size > self._frame.room:
            self._full = True
            return
        if characters > MAX_LINE_CHARACTERS:
            self._long.append((self._ended, characters))
        self._lines.append(line[:MAX_LINE_CHARACTERS])
