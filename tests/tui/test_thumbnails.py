"""Small pictures of attached images: decoded apart, drawn as the terminal can, and taken away."""

import asyncio
import base64
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len
from tests.tui.composer_app import ComposerApp, Sources, settle
from tests.tui.conftest import Snapshot
from tests.tui.whole_app import make_folder, running

from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.composer.chips import Picture
from inhouse.tui.composer.images import as_sent as as_data_url
from inhouse.tui.composer.pictures import PictureTaker, as_sent
from inhouse.tui.terminal.answers import has_placeholders
from inhouse.tui.thumbnails.decoding import as_png, shrink
from inhouse.tui.thumbnails.half_blocks import half_blocks
from inhouse.tui.thumbnails.kitty import NUMBERS, delete, placeholders, transmit
from inhouse.tui.thumbnails.pixels import Pixels
from inhouse.tui.thumbnails.thumbnail import COLUMNS, ROWS, Thumbnail
from inhouse_models.scripted import ScriptedModel, say

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (40, 80, 200)
FORMATS = ("png", "jpeg", "gif", "bmp", "webp")


def flag(file: Path, size: tuple[int, int] = (300, 200)) -> Path:
    """Three stripes."""
    width, height = size
    image = Image.new("RGB", size, GREEN)
    image.paste(RED, (0, 0, width, height // 3))
    image.paste(BLUE, (0, 2 * height // 3, width, height))
    image.save(file)
    return file


def near(colour: str, wanted: tuple[int, int, int]) -> bool:
    found = bytes.fromhex(colour[1:])
    return all(abs(one - other) < 24 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("kind", FORMATS)
def test_each_kind_of_image_is_made_small(tmp_path: Path, kind: str) -> None:
    pixels = asyncio.run(shrink(str(flag(tmp_path / f"flag.{kind}")), COLUMNS, ROWS * 2))
    assert pixels is not None
    assert (pixels.width, pixels.height) == (15, 10)
    assert near(pixels.at(7, 0), RED)
    assert near(pixels.at(7, 5), GREEN)
    assert near(pixels.at(7, 9), BLUE)


def test_what_is_transparent_is_dark(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (255, 255, 255, 0)).save(tmp_path / "clear.png")
    pixels = asyncio.run(shrink(str(tmp_path / "clear.png"), 4, 4))
    assert pixels is not None
    assert near(pixels.at(0, 0), (24, 26, 31))


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [bomb(60_000, 60_000), bomb(4, 4)[:40], b"", b"no image", b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a"],
)
def test_what_is_no_image_or_too_large_a_one_shows_nothing(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "hostile.png"
    file.write_bytes(data)

    async def look() -> tuple[Pixels | None, bytes | None]:
        return await shrink(str(file), COLUMNS, ROWS), await as_png(file)

    assert asyncio.run(look()) == (None, None)


PROBE = """
import os, socket, sys
from inhouse.tui.thumbnails import decode

def reach(*_arguments):
    for act in (lambda: open("/etc/hostname"), lambda: os.listdir("/"), socket.socket,
                lambda: os.execv("/bin/true", ["true"])):
        try: act()
        except OSError: continue
        return b"reached"
    return b"closed"

decode.decode = reach
sys.argv[1:] = ["1", "1"]
"""


@pytest.mark.parametrize(
    ("how", "found"),
    [("", b"closed"), ("decode.close_off = lambda: None\n", b"reached")],
)
def test_the_decoder_reaches_nothing_once_it_reads(how: str, found: bytes) -> None:
    command = [sys.executable, "-I", "-c", f"{PROBE}{how}decode.main()"]
    ended = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, found), ended.stderr


def test_a_picture_out_of_half_blocks() -> None:
    pixels = Pixels(2, 3, bytes([1, 2, 3, 4, 5, 6] * 3))
    content = half_blocks(pixels)
    assert content.plain == "▀▀\n▀▀"
    assert [str(span.style) for span in content.spans][:2] == [
        "#010203 on #010203",
        "#040506 on #040506",
    ]


def test_what_kitty_is_sent_is_well_formed() -> None:
    pixels = Pixels(200, 100, bytes(range(256)) * 234 + bytes(96))
    sent = transmit(77, pixels, 20, 5)
    chunks = re.findall("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\", sent)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in chunks) == sent
    assert chunks[0][0] == "a=T,U=1,q=2,f=24,i=77,s=200,v=100,c=20,r=5,m=1"
    assert {keys for keys, _ in chunks[1:-1]} == {"q=2,m=1"}
    assert chunks[-1][0] == "q=2,m=0"
    assert all(len(data) <= 4096 and len(data) % 4 == 0 for _, data in chunks)
    assert base64.b64decode("".join(data for _, data in chunks)) == pixels.rgb
    assert delete(77) == "\x1b_Ga=d,d=I,q=2,i=77;\x1b\\"


def test_placeholders_say_where_they_stand() -> None:
    content = placeholders(0x0102FF, COLUMNS, ROWS)
    lines = content.plain.split("\n")
    assert [cell_len(line) for line in lines] == [COLUMNS] * ROWS
    assert lines[1][3 * 4 : 3 * 5] == f"\U0010eeee{NUMBERS[1]}{NUMBERS[4]}"
    assert str(content.spans[0].style) == "#0102ff"
    assert len({*NUMBERS}) == len(NUMBERS) >= COLUMNS


@pytest.mark.parametrize(
    ("environment", "known"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-ghostty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, True),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, False),
        ({}, False),
    ],
)
def test_only_terminals_that_know_placeholders_are_asked(
    environment: dict[str, str], known: bool
) -> None:
    assert has_placeholders(environment) is known


def shown(tmp_path: Path, act: Callable[[ComposerApp], None], height: int = 24) -> list[str]:
    """What is drawn of the pictures after an act."""

    async def run() -> list[str]:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test(size=(80, height)) as pilot:
            act(app)
            await settle(pilot)
            return [str(one.render()) for one in app.query(Thumbnail) if one.display]

    return asyncio.run(run())


def attach(app: ComposerApp, *files: Path) -> None:
    """As by dropping them."""
    app.composer.editor.insert_chips([Picture(str(file), file.name, 300, 200) for file in files])


def test_a_picture_stands_above_the_editor_as_long_as_its_chip(tmp_path: Path) -> None:
    flag(tmp_path / "flag.png")

    async def run() -> list[int]:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test(size=(80, 24)) as pilot:
            found = [len(app.query(Thumbnail))]
            attach(app, tmp_path / "flag.png")
            await settle(pilot)
            found.append(len(app.query(Thumbnail)))
            picture = app.query_one(Thumbnail)
            assert picture.display
            assert picture.region.bottom <= app.composer.frame.region.y
            app.composer.editor.action_delete_left()
            await settle(pilot)
            return [*found, len(app.query(Thumbnail))]

    assert asyncio.run(run()) == [0, 1, 0]


def test_what_cannot_be_read_takes_no_room(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(bomb(60_000, 60_000))
    flag(tmp_path / "flag.png")
    files = (tmp_path / "broken.png", tmp_path / "flag.png")
    assert len(shown(tmp_path, lambda app: attach(app, *files))) == 1


def test_a_low_screen_and_one_of_few_colours_show_only_the_chip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = flag(tmp_path / "flag.png")
    assert len(shown(tmp_path, lambda app: attach(app, file))) == 1
    assert shown(tmp_path, lambda app: attach(app, file), height=16) == []
    monkeypatch.setenv("COLORTERM", "")
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "256")
    assert shown(tmp_path, lambda app: attach(app, file)) == []


@pytest.mark.parametrize("kind", ["webp", "avif"])
def test_an_image_that_engines_do_not_know_is_sent_as_png(tmp_path: Path, kind: str) -> None:
    file = flag(tmp_path / f"flag.{kind}")

    async def run() -> tuple[Picture, str]:
        taker = PictureTaker(tmp_path / "kept")
        pictures = await taker.at_paths(str(file))
        assert isinstance(pictures, tuple)
        sent = await as_sent(pictures)
        assert isinstance(sent, tuple)
        return pictures[0], sent[0]

    picture, sent = asyncio.run(run())
    assert (picture.name, picture.width, picture.height) == (file.name, 300, 200)
    assert sent.startswith("data:image/png;base64,")


def test_how_it_looks(tmp_path: Path, snapshot: Snapshot) -> None:
    first, second = flag(tmp_path / "flag.png"), flag(tmp_path / "tall.png", (60, 200))

    async def run() -> None:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test(size=(80, 24)) as pilot:
            attach(app, first, second)
            app.composer.editor.type(" What is the difference?")
            await settle(pilot)
            snapshot(app, "composer-thumbnails")

    asyncio.run(run())


def test_what_was_sent_shows_its_pictures(tmp_path: Path) -> None:
    file = flag(tmp_path / "flag.png")
    sent = as_data_url(Picture(str(file), file.name, 300, 200))
    assert isinstance(sent, str)

    async def run() -> list[str]:
        async with running(make_folder(tmp_path), ScriptedModel((say("A flag."),))) as stage:
            stage.app.live.send("What is this?", (sent,))
            await stage.turn("And then?")
            await stage.until(
                lambda: any(one.display for one in stage.app.conversation.query(Thumbnail))
            )
            block = stage.app.conversation.query(PromptBlock).first()
            again = block.again()
            assert isinstance(again, PromptBlock)
            assert again.images == (sent,)
            return [str(one.render()) for one in stage.app.conversation.query(Thumbnail)]

    (picture,) = asyncio.run(run())
    assert picture.count("▀") == 15 * 5
