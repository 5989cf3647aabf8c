"""Lines of JSON on two streams; what is no message is answered as the protocol says."""

import asyncio
import json
from typing import Any, Final, cast

from inhouse.standard_pipes import Read, Write

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
MOST_BYTES: Final = 64 * 1024**2
TOO_LONG: Final = f"A message may have at most {MOST_BYTES // 1024**2} MiB."

Message = dict[str, Any]


class LineTransport:
    """JSON-RPC messages, one a line, as the SDK's connection wants them.

    A line that is no message is answered with an error and read over; the session goes on.
    """

    def __init__(self, read_piece: Read, write_all: Write) -> None:
        self._read_piece = read_piece
        self._write_all = write_all
        self._sending = asyncio.Lock()
        self._rest = b""

    async def send(self, message: Message) -> None:
        """Write one line. Raises ConnectionError when nobody reads, or the disk is full."""
        line = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        async with self._sending:
            try:
                await self._write_all(line.encode("utf-8", "backslashreplace") + b"\n")
            except OSError as fault:
                raise ConnectionError(str(fault)) from fault

    async def receive(self) -> Message | None:
        """The next message, None at the end."""
        while True:
            line = await self._line()
            if line is None:
                return None
            if not line.strip():
                continue
            problem = await self._problem(line)
            if isinstance(problem, dict):
                return problem
            code, text, identifier = problem
            error = {"code": code, "message": text}
            try:
                await self.send({"jsonrpc": "2.0", "id": identifier, "error": error})
            except ConnectionError:
                return None

    async def close(self) -> None:
        """Nothing more is written; the streams are the process's own."""

    async def _problem(self, line: bytes) -> Message | tuple[int, str, object]:
        """The message of a line, or the error that it is answered with."""
        if len(line) > MOST_BYTES:
            return INVALID_REQUEST, TOO_LONG, None
        try:
            data: object = json.loads(line)
        except (ValueError, RecursionError):
            return PARSE_ERROR, "This line is no JSON.", None
        if not isinstance(data, dict):
            return INVALID_REQUEST, "A message is one JSON object; there are no batches.", None
        message = cast("Message", data)
        identifier = message.get("id")
        if "id" in message and not isinstance(identifier, str | int | None):
            return INVALID_REQUEST, "An id is a text or a number.", None
        if message.get("jsonrpc") != "2.0":
            return INVALID_REQUEST, 'A message says "jsonrpc": "2.0".', identifier
        method, answers = message.get("method"), "result" in message or "error" in message
        if "method" in message and not isinstance(method, str):
            return INVALID_REQUEST, "A method is a text.", identifier
        if "method" not in message and not answers:
            return INVALID_REQUEST, "A message has a method, a result or an error.", identifier
        if not isinstance(message.get("params", {}), dict):
            return INVALID_REQUEST, "Parameters are an object.", identifier
        return message

    async def _line(self) -> bytes | None:
        """The next line; of one that is too long only so much that this can be told."""
        pieces, size = [self._rest], len(self._rest)
        self._rest = b""
        while b"\n" not in pieces[-1]:
            piece = await self._read_piece()
            if not piece:
                line = b"".join(pieces)
                return line or None
            size += len(piece)
            if size > MOST_BYTES:
                # What is left out stands in no message that could be taken.
                pieces = pieces[:1] if b"\n" not in piece else [pieces[0], b"x" * MOST_BYTES]
            pieces.append(piece)
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        return line if size <= MOST_BYTES else line.ljust(MOST_BYTES + 1, b"x")
