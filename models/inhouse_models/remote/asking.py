"""Asks a server for facts about itself: short, bounded questions with JSON answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx

from inhouse_models.bounded_response import HEADERS, ExcessError, explain_head, read_body, shorten

MOST_BYTES = 4 * 1024**2
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said. `data` is the JSON object, empty where it was none; `body` all of it."""

    status: int
    data: Json
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether it is an answer to the question."""
        return self.status == 200 and bool(self.data)


@dataclass(frozen=True, slots=True)
class NoReply:
    """Why there is no answer. `closed`: nobody listens there, or nobody can be reached."""

    text: str
    closed: bool = False


def facts_of(reply: Reply | NoReply) -> Json:
    """The JSON object of a good answer; empty for any other."""
    return reply.data if isinstance(reply, Reply) and reply.good else {}


async def ask(
    http: httpx.AsyncClient, path: str, body: Json | None = None, most: int = MOST_BYTES
) -> Reply | NoReply:
    """GET, or POST where there is a body. Never raises for what a server does.

    A server may just close the connection that it kept from an earlier answer: then it is asked
    once more, over a new one.
    """
    try:
        try:
            return await _ask(http, path, body, most)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return await _ask(http, path, body, most)
    except ExcessError as excess:
        return NoReply(str(excess))
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return NoReply(_told(error), closed=True)
    except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
        return NoReply(_told(error))


async def _ask(http: httpx.AsyncClient, path: str, body: Json | None, most: int) -> Reply | NoReply:
    method = "GET" if body is None else "POST"
    async with http.stream(method, path, json=body, headers=HEADERS) as response:
        if unreadable := explain_head(response):
            return NoReply(unreadable)
        text = await read_body(response, most)
        return Reply(response.status_code, _read_object(text), text)


def _read_object(text: bytes) -> Json:
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("Json", data) if isinstance(data, dict) else {}


def _told(error: Exception) -> str:
    return shorten(str(error) or type(error).__name__)


def mapping_at(data: object, *names: str) -> Json:
    """The object that lies at these names; empty where there is none."""
    for name in names:
        data = cast("Json", data).get(name) if isinstance(data, Mapping) else None
    return cast("Json", data) if isinstance(data, Mapping) else {}


def objects_at(data: object, name: str) -> tuple[Json, ...]:
    """The objects of the list at this name; none where there is no list."""
    value = cast("Json", data).get(name) if isinstance(data, Mapping) else None
    entries = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(cast("Json", entry) for entry in entries if isinstance(entry, Mapping))


def text_at(data: Json, name: str) -> str:
    """The text at this name; empty where there is none."""
    value = data.get(name)
    return shorten(value) if isinstance(value, str) else ""


def tokens_at(data: Json, *names: str) -> int:
    """The first positive number of tokens at these names, 0 where there is none."""
    for name in names:
        value = data.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return 0
