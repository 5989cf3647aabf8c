"""Lines of JSON on standard input and output: bounded, and never a reason to end but the end."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, cast

from inhouse.sanitise import escape_json
from inhouse.standard_pipes import Read, Write, open_pipes

MOST_BYTES: Final = 8 * 1024**2

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no request, with its id where one could be read."""

    text: str
    id: object = None


class Lines:
    """Objects in, objects out. `read` gives None at the end."""

    def __init__(self, read_piece: Read, write_all: Write) -> None:
        self._read_piece = read_piece
        self._write_all = write_all
        self._rest = bytearray()
        self._writing = asyncio.Lock()

    async def read(self) -> Fields | BadLine | None:
        """The next object that is not blank."""
        while (line := await self._line()) is not None:
            if isinstance(line, BadLine):
                return line
            if line.strip():
                return _parse(line)
        return None

    async def write(self, fields: Fields) -> None:
        """One line. Raises ConnectionError when nobody reads, OSError when there is no room."""
        text = escape_json(json.dumps(fields, ensure_ascii=False)) + "\n"
        async with self._writing:
            await self._write_all(text.encode("utf-8", "backslashreplace"))

    async def _line(self) -> bytes | BadLine | None:
        """The next line; one that is too long is read over, without being kept."""
        searched, dropped = 0, False
        while (end := self._rest.find(b"\n", searched)) < 0:
            searched = len(self._rest)
            if searched > MOST_BYTES:
                self._rest.clear()
                searched, dropped = 0, True
            piece = await self._read_piece()
            if not piece:
                line, self._rest = bytes(self._rest), bytearray()
                if dropped:
                    return _too_long()
                return line or None
            self._rest += piece
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return _too_long() if dropped or len(line) > MOST_BYTES else line


def _too_long() -> BadLine:
    return BadLine(f"A line may have at most {MOST_BYTES // 1024**2} MiB.")


def _parse(line: bytes) -> Fields | BadLine:
    try:
        data: object = json.loads(line)
    except (ValueError, RecursionError):
        return BadLine("This line is no JSON.")
    if not isinstance(data, dict):
        return BadLine("A request is one JSON object in a line.")
    return cast("Fields", data)


async def open_lines() -> Lines:
    """Standard input and output."""
    return Lines(*await open_pipes())
