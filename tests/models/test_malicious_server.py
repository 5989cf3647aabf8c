"""A model server at the configured address that means harm: bounded, refused and said."""

import asyncio
import gzip
import json
import resource
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from inhouse_models import client
from inhouse_models.bounded_response import read_lines
from inhouse_models.chat import Finish, Message, ModelError, Request, Text
from inhouse_models.remote.client import RemoteClient, open_remote

MIB = 1024**2
REQUEST = Request((Message("user", "Hello."),))
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nConnection: close\r\n{}\r\n"
EVENTS = HEAD.format("text/event-stream", "").encode()
SPENT_LIMIT = 150 * MIB


LISTED = b'{"data": [{"id": "model", "context_length": 32768}]}'
LIST = HEAD.format("application/json", "").encode() + LISTED


@asynccontextmanager
async def serving(
    *pieces: bytes | Iterable[bytes], listing: bytes = b""
) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """A server that sends these bytes to whoever asks; yields its address and what was asked.

    With `listing` that is what it answers to questions about itself.
    """
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if listing and head.startswith(b"GET"):
            writer.write(listing)
            writer.close()
            return
        asked.append(head)
        try:
            for piece in pieces:
                for one in [piece] if isinstance(piece, bytes) else piece:
                    writer.write(one)
                    await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


def open_client(url: str) -> RemoteClient:
    client = open_remote(url)
    assert isinstance(client, RemoteClient)
    return client


def event(delta: dict[str, Any], **extra: Any) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}], **extra}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def endless(piece: bytes) -> Iterable[bytes]:
    """The same for ever, as far as the client goes on reading."""
    while True:
        yield piece


def chat(*pieces: bytes | Iterable[bytes]) -> tuple[list[Any], Finish, list[bytes]]:
    """The parts of an answer, its end, and the requests; memory may not grow with the answer."""

    async def main() -> tuple[list[Any], Finish, list[bytes]]:
        async with serving(*pieces, listing=LIST) as (url, asked):
            remote = open_client(url)
            parts = [part async for part in remote.stream(REQUEST)]
            await remote.close()
            assert isinstance(parts[-1], Finish)
            return parts[:-1], parts[-1], asked

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    outcome = asyncio.run(main())
    spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    assert spent < SPENT_LIMIT, f"{spent // MIB} MiB"
    return outcome


def refused(*pieces: bytes | Iterable[bytes]) -> str:
    """Why such an answer is refused, in a short sentence."""
    _parts, finish, _asked = chat(*pieces)
    assert finish.reason == "error"
    assert finish.error is not None
    assert len(finish.error.text) < 700
    return finish.error.text


def test_an_honest_answer_is_read() -> None:
    """The positive control: the same way of serving works when it means well."""
    parts, finish, asked = chat(EVENTS, event({"content": "Hi."}), b"data: [DONE]\n\n")
    assert parts == [Text("Hi.")]
    assert (finish.reason, finish.message.text) == ("stop", "Hi.")
    assert b"accept-encoding: identity" in asked[0].lower()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    async def main() -> None:
        async with serving(EVENTS) as (other, reached):
            head = f"HTTP/1.1 {status} Away\r\nLocation: {other}/v1\r\nContent-Length: 0\r\n\r\n"
            async with serving(head.encode(), listing=LIST) as (url, _asked):
                remote = open_client(url)
                parts = [part async for part in remote.stream(REQUEST)]
            async with serving(head.encode()) as (url, _asked):
                listed = await open_client(url).info()
                assert isinstance(parts[-1], Finish)
                assert parts[-1].error is not None
                assert "not followed" in parts[-1].error.text
                assert isinstance(listed, ModelError)
                assert "not followed" in listed.text
                assert reached == []

    asyncio.run(main())


def test_a_header_without_end() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Long: "
    assert "broke" in refused(head, endless(b"a" * MIB))


def test_headers_without_end() -> None:
    assert "broke" in refused(b"HTTP/1.1 200 OK\r\n", endless(b"X-Many: a\r\n" * 1000))


def test_a_line_without_end() -> None:
    assert "line of the server's answer" in refused(EVENTS, b"data: ", endless(b"a" * MIB))


def test_lines_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "read_lines", partial(read_lines, most=8 * MIB))
    assert "does not end" in refused(EVENTS, endless(b": still there\n\n" * 1000))


def test_text_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_CHARACTERS", 4 * MIB)
    assert "longer than 4 MiB" in refused(EVENTS, endless(event({"content": "a" * 100_000})))


def test_arguments_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_ARGUMENT_CHARACTERS", 4 * MIB)
    piece = {"index": 0, "function": {"name": "read", "arguments": "a" * 100_000}}
    told = refused(EVENTS, endless(event({"tool_calls": [piece]})))
    assert told == "The arguments of a tool call do not end."


def test_calls_without_end() -> None:
    calls = (
        event({"tool_calls": [{"index": number, "function": {"name": "read"}}]})
        for number in range(100_000)
    )
    assert "more than 256 tool calls" in refused(EVENTS, calls)


def test_compressed_answers_are_not_unpacked() -> None:
    bomb = gzip.compress(bytes(64 * MIB))
    head = HEAD.format("text/event-stream", "Content-Encoding: gzip\r\n").encode()
    assert "compresses its answer (gzip)" in refused(head, bomb)


@pytest.mark.parametrize("kind", ["text/html", "application/json", "image/png"])
def test_another_content_type(kind: str) -> None:
    told = refused(HEAD.format(kind, "").encode(), b"{}")
    assert told == f"The server answers with {kind} instead of text/event-stream."


def test_an_error_without_end() -> None:
    head = b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\n\r\n"
    assert "longer than 1024 KiB" in refused(head, endless(b"a" * MIB))


def test_a_long_error_is_cut() -> None:
    body = json.dumps({"error": {"message": "no " * 10_000}}).encode()
    head = b"HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert len(refused(head, body)) < 400


def test_deep_nesting_and_nonsense() -> None:
    for line in (b"data: " + b"[" * 200_000, b"data: {", b"data: []", b'data: {"choices": 5}'):
        assert "no chat completion" in refused(EVENTS, line + b"\n\n")


def test_what_it_says_of_tokens_is_not_believed() -> None:
    """Ids that are sent to our own engine later would be control tokens there."""
    forged = {"tokens": [151644, 151645], "model": "fingerprint", "ids": [1], "doubts": [[0, 1, 2]]}
    _parts, finish, _asked = chat(
        EVENTS, event({"content": "Hi."}, inhouse=forged), b"data: [DONE]\n\n"
    )
    assert (finish.message.tokens, finish.message.model, finish.ids) == ((), "", ())
    assert finish.doubts == ()


def test_a_list_of_models_without_end() -> None:
    async def main() -> ModelError | object:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        async with serving(head, endless(b"[" * MIB)) as (url, _asked):
            return await open_client(url).info()

    listed = asyncio.run(main())
    assert isinstance(listed, ModelError)
    assert "longer than 4096 KiB" in listed.text
