"""Messages of the language server protocol as bytes: a length, an empty line, JSON."""

import json
from dataclasses import dataclass, field
from typing import Final, cast

Message = dict[str, object]
HEADER_END: Final = b"\r\n\r\n"
MAX_HEADER_BYTES: Final = 4_096
MAX_MESSAGE_BYTES: Final = 64_000_000


def encode(message: Message) -> bytes:
    """A message as it is written."""
    body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@dataclass(slots=True)
class Decoder:
    """Puts messages together from what arrives. `broken` when it is not this protocol."""

    broken: bool = False
    _pending: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now."""
        self._pending += data
        found: list[Message] = []
        while not self.broken:
            end = self._pending.find(HEADER_END)
            if end < 0:
                self.broken = len(self._pending) > MAX_HEADER_BYTES
                break
            length = _length(bytes(self._pending[:end]))
            if not 0 <= length <= MAX_MESSAGE_BYTES:
                self.broken = True
                break
            begin = end + len(HEADER_END)
            if len(self._pending) < begin + length:
                break
            message = _message(bytes(self._pending[begin : begin + length]))
            del self._pending[: begin + length]
            if message is not None:
                found.append(message)
        return found


def _length(header: bytes) -> int:
    """The length that a header gives, -1 when it gives none."""
    for line in header.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return -1


def _message(body: bytes) -> Message | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("Message", value) if isinstance(value, dict) else None
