"""An image is dropped into a terminal that shows images, and taken out again."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests.e2e.scripted_server import Script
from tests.e2e.terminal import Terminal

READY = "Say what should change"
QUESTION = b"\x1b_Gi=4294967295,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
SENT = re.compile(rb"\x1b_G([^;\x1b]*);([A-Za-z0-9+/=]*)\x1b\\")
HALF_BLOCK = "▀".encode()
PLACEHOLDER = "\U0010eeee".encode()


@pytest.fixture
def kitty(repository: Path, serve: Callable[..., Script]) -> Iterator[Terminal]:
    """One that says that it is kitty, over a server that is not asked anything."""
    variables = {"INHOUSE_ENDPOINT": serve().url, "TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}
    terminal = Terminal(repository, variables)
    terminal.start()
    terminal.wait_for(READY, "scripted")
    yield terminal
    terminal.close()


def keys(about: bytes) -> dict[str, str]:
    """The control data of a graphics command."""
    return dict(one.split("=", 1) for one in about.decode().split(",") if "=" in one)


def test_a_picture_is_sent_shown_and_deleted(kitty: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "red.png"
    Image.new("RGB", (200, 100), (200, 0, 0)).save(file)
    kitty.type(f"\x1b[200~{file}\x1b[201~")
    kitty.wait_until(lambda: QUESTION in kitty.raw)
    kitty.say(b"\x1b_Gi=4294967295;OK\x1b\\\x1b[?62c")
    kitty.wait_until(lambda: PLACEHOLDER in kitty.raw or HALF_BLOCK in kitty.raw)
    if PLACEHOLDER not in kitty.raw:
        # On a machine that does much else it comes too late for this one, not for the next.
        kitty.type(f"\x7f\x1b[200~{file}\x1b[201~")
        kitty.wait_until(lambda: PLACEHOLDER in kitty.raw)
    commands = [(keys(about), data) for about, data in SENT.findall(kitty.raw) if b"q=2" in about]
    first = commands[0][0]
    assert (first["a"], first["U"], first["f"], first["s"], first["v"]) == (
        "T",
        "1",
        "24",
        "200",
        "100",
    )
    assert (first["c"], first["r"]) == ("20", "5")
    assert [one["m"] for one, _ in commands] == ["1"] * (len(commands) - 1) + ["0"]
    pixels = base64.b64decode(b"".join(data for _, data in commands))
    assert pixels == bytes([200, 0, 0]) * 200 * 100
    number = int(first["i"])
    shown = re.findall(rb"\x1b\[38;2;(\d+);(\d+);(\d+)[^m]*m" + PLACEHOLDER, kitty.raw)
    assert {tuple(map(int, one)) for one in shown} == {
        (number >> 16, number >> 8 & 255, number & 255)
    }
    kitty.raw = b""
    kitty.type("\x7f")
    kitty.wait_until(lambda: f"\x1b_Ga=d,d=I,q=2,i={number};\x1b\\".encode() in kitty.raw)
    kitty.press("ctrl+c", "ctrl+c")
    assert kitty.wait_for_end() == 0


def test_a_terminal_that_knows_no_images_gets_half_blocks(kitty: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "red.png"
    Image.new("RGB", (200, 100), (200, 0, 0)).save(file)
    kitty.type(f"\x1b[200~{file}\x1b[201~")
    kitty.wait_until(lambda: QUESTION in kitty.raw)
    kitty.say(b"\x1b[?62c")
    kitty.wait_until(lambda: HALF_BLOCK in kitty.raw)
    assert PLACEHOLDER not in kitty.raw
    assert b"q=2" not in kitty.raw
