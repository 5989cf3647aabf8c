"""A model server of given answers over a real TCP socket, which keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: JSON, or the lines of a stream, or bytes as they stand; `cut` hangs up."""

    data: Json | None = None
    status: int = 200
    events: tuple[object, ...] = ()
    raw: bytes = b""
    cut: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def encode(self) -> bytes:
        """The whole response."""
        if self.raw:
            return self.raw
        if self.events or self.cut:
            lines = [
                f"data: {one if isinstance(one, str) else json.dumps(one)}" for one in self.events
            ]
            body = "".join(f"{line}\n\n" for line in lines).encode()
            kind = "text/event-stream"
        else:
            body, kind = json.dumps(self.data).encode(), "application/json"
        # A stream that is cut promises more than it sends.
        length = len(body) + (100 if self.cut else 0)
        head = [f"HTTP/1.1 {self.status} Status", f"Content-Type: {kind}"]
        head += [f"Content-Length: {length}", "Connection: close"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*head, "", ""]).encode() + body


Answer = Said | Callable[[Asked], Said]
Routes = Mapping[str, Answer]
MISSING = Said({"detail": "Not Found"}, 404)


@dataclass(slots=True)
class FakeServer:
    """Where it listens, and what it was asked so far."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])

    def last(self, path: str) -> Asked:
        """The last request to this path."""
        return [one for one in self.asked if one.path == path][-1]


@asynccontextmanager
async def serving(routes: Routes, missing: Said = MISSING) -> AsyncGenerator[FakeServer]:
    """Serve `routes`, keyed like "GET /v1/models"; `missing` answers everything else."""
    server = FakeServer()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await read_request(reader)
            server.asked.append(asked)
            answer = routes.get(f"{asked.method} {asked.path}", missing)
            writer.write((answer if isinstance(answer, Said) else answer(asked)).encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    listening = await asyncio.start_server(respond, "127.0.0.1", 0, limit=2**24)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


async def read_request(reader: asyncio.StreamReader) -> Asked:
    """One request, its body as JSON."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _version = head[0].split(" ")
    headers = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, json.loads(body) if body else {})


def chunk(text: str = "", reason: str | None = None, **delta: object) -> Json:
    """An event of a chat completion."""
    content = {"content": text} if text else {}
    return {"choices": [{"index": 0, "delta": {**content, **delta}, "finish_reason": reason}]}


def used(prompt: int, written: int, cached: int | None = None) -> Json:
    """The last event, with its counts."""
    usage: Json = {"prompt_tokens": prompt, "completion_tokens": written}
    if cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": cached}
    return {"choices": [], "usage": usage}


def chatting(*events: object) -> Said:
    """A stream that ends as it should."""
    return Said(events=(*events, "[DONE]"))
