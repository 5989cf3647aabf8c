"""What a command writes on its way to a terminal: whole characters, no controls, no flood."""

import asyncio
import socket
from typing import Any

from inhouse.acp.relay import ENDED, HEADER, OUTPUT
from inhouse.acp.watched_command import MOST_WAITING, WatchedCommand


def frames(data: bytes) -> list[tuple[bytes, Any]]:
    """What arrived, frame by frame."""
    found: list[tuple[bytes, Any]] = []
    while data:
        kind, number = HEADER.unpack(data[: HEADER.size])
        data = data[HEADER.size :]
        if kind == OUTPUT:
            found.append((kind, data[:number].decode()))
            data = data[number:]
        else:
            found.append((kind, number))
    return found


async def sent(*pieces: bytes, exit_code: int = 0) -> list[tuple[bytes, Any]]:
    """What arrives of these pieces, read once all of them were written."""
    ours, theirs = socket.socketpair()
    watched = WatchedCommand(*await asyncio.open_unix_connection(sock=ours))
    reader, writer = await asyncio.open_unix_connection(sock=theirs)
    for piece in pieces:
        watched.write(piece)
    watched.end(exit_code)
    reading = asyncio.create_task(reader.read())
    await watched.close(5)
    data = await reading
    writer.close()
    await writer.wait_closed()
    assert not watched.closed.is_set()
    return frames(data)


def test_characters_and_line_ends_in_two_pieces_stay_whole() -> None:
    got = asyncio.run(sent("é".encode()[:1], "é".encode()[1:] + b"\r", b"\nnext\r", exit_code=3))
    assert "".join(text for kind, text in got if kind == OUTPUT) == "é\nnext\\r"
    assert got[-1] == (ENDED, 3)


def test_controls_become_visible() -> None:
    got = asyncio.run(sent(b"\x1b]0;title\x07\x1b[2J", exit_code=-15))
    assert got == [(OUTPUT, r"\x1b]0;title\x07\x1b[2J"), (ENDED, 143)]


def test_a_terminal_that_is_far_behind_is_spared_and_told() -> None:
    flood = b"x" * MOST_WAITING
    got = asyncio.run(sent(flood, flood, flood, b"end\n"))
    *shown, ending = got
    text = "".join(str(text) for _kind, text in shown)
    left_out = int(text.partition("\n[")[2].partition(" ")[0].replace(",", ""))
    assert left_out + text.count("x") == 3 * MOST_WAITING + len("end\n")
    assert ending == (ENDED, 0)
