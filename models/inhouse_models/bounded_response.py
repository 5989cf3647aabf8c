"""Reads what a server sends without trusting it to be short, plain or ever to end."""

from collections.abc import AsyncGenerator
from typing import Final

import httpx

# Compressed bytes are not asked for: a few of them could become gigabytes.
HEADERS: Final = {"Accept-Encoding": "identity"}
MOST_BODY_BYTES: Final = 1024**2
# Prefill progress, ids and keep-alives of the longest answer are far from this.
MOST_STREAM_BYTES: Final = 256 * 1024**2
MOST_LINE_BYTES: Final = 8 * 1024**2
SAID_CHARACTERS: Final = 300


class ExcessError(Exception):
    """A server sends more than anybody could need; the text says what."""


def explain_head(response: httpx.Response, kind: str = "") -> str:
    """Why the answer cannot be read, judged by its head; empty when it can.

    `kind` is the media type that is wanted; a server that names none may have it.
    """
    if response.is_redirect:
        place = shorten(response.headers.get("location", "elsewhere"))
        return f"The server redirects to {place}, which is not followed: name that address itself."
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        return f"The server compresses its answer ({shorten(encoding)}), which was not asked for."
    given = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and given and given != kind and response.is_success:
        return f"The server answers with {shorten(given)} instead of {kind}."
    return ""


async def read_body(response: httpx.Response, most: int = MOST_BODY_BYTES) -> bytes:
    """A body of at most so many bytes; raises ExcessError."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most:
            raise ExcessError(f"The server's answer is longer than {most // 1024} KiB.")
    return bytes(body)


async def read_lines(
    response: httpx.Response,
    most: int = MOST_STREAM_BYTES,
    most_in_line: int = MOST_LINE_BYTES,
) -> AsyncGenerator[str]:
    """The lines of a stream as they come; raises ExcessError where they are too long."""
    taken = 0
    rest = bytearray()
    async for piece in response.aiter_raw():
        taken += len(piece)
        if taken > most:
            raise ExcessError(f"The server's answer does not end: {most // 1024**2} MiB were read.")
        rest += piece
        if b"\n" in piece:
            *lines, last = rest.split(b"\n")
            rest = bytearray(last)
            for line in lines:
                yield line.rstrip(b"\r").decode("utf-8", "replace")
        if len(rest) > most_in_line:
            raise ExcessError(
                f"A line of the server's answer is over {most_in_line // 1024**2} MiB."
            )
    if rest:
        yield rest.decode("utf-8", "replace")


def shorten(text: str) -> str:
    """What a server says, in a sentence of ours."""
    return text if len(text) <= SAID_CHARACTERS else text[:SAID_CHARACTERS] + "…"
