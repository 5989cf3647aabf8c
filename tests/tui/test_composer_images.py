"""Images that are dropped, pasted or on the clipboard."""

import asyncio
import base64
import os
import struct
import zlib
from pathlib import Path

import pytest
from tests.tui.composer_app import ComposerApp, Sources, press, settle, write
from textual import events

from inhouse.tui.composer import clipboard, images
from inhouse.tui.composer.chips import Picture
from inhouse.tui.composer.composer import Composer
from inhouse_models.image_file import image_size
from inhouse_tools.refusal import Refusal

TIMES = "\N{MULTIPLICATION SIGN}"


def png(width: int = 2, height: int = 3) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 30, 40) + b"\x01"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(1024, 768), (1024, 768)),
        (b"GIF89a" + struct.pack("<HH", 5, 6), (5, 6)),
        (b"BM" + bytes(16) + struct.pack("<ii", 7, -8), (7, 8)),
        (JPEG, (40, 30)),
        (JPEG[:12], None),
        (b"\xff\xd8ab", None),
        (png(0, 5), None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_the_size_is_read_from_the_header(data: bytes, size: tuple[int, int] | None) -> None:
    assert image_size(data) == size


def test_paths_are_known_as_terminals_paste_them(tmp_path: Path) -> None:
    file = tmp_path / "my photo (1).png"
    file.write_bytes(png())
    escaped = str(file).replace(" ", "\\ ").replace("(", "\\(").replace(")", "\\)")
    address = "file://" + str(file).replace(" ", "%20")
    for spelling in (str(file), f"'{file}'", f'"{file}" ', escaped, address):
        assert images.pasted_paths(spelling) == [file]
    for other in ("photo.png", str(tmp_path / "none.png"), "a\nb.png", "", "'", "file://x/a.png"):
        assert images.pasted_paths(other) == []
    text = tmp_path / "a.txt"
    text.write_text("hello")
    assert images.pasted_paths(str(text)) == []
    assert images.pasted_paths(f"'{file}' {escaped}\n{address}") == [file, file, file]
    assert images.pasted_paths(f"{escaped} {text}") == []


def test_what_no_engine_reads_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.webp"
    file.write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    assert images.is_foreign(file)
    assert not images.is_foreign(tmp_path / "none.png")
    file.write_bytes(b"nothing")
    assert "damaged" in reason(images.look_at(file))
    assert "Cannot read" in reason(images.look_at(tmp_path / "none.png"))
    file.write_bytes(png())
    with file.open("ab") as opened:
        opened.truncate(images.MOST_BYTES + 1)
    assert "larger than 32 MiB" in reason(images.look_at(file))


def reason(found: object) -> str:
    assert isinstance(found, Refusal)
    return found.text


def test_a_kept_image_is_private_and_old_ones_go(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    first = images.keep(png(), folder)
    assert isinstance(first, Picture)
    assert Path(first.path).stat().st_mode & 0o777 == 0o600
    assert (first.name, first.width, first.height) == ("clipboard.png", 2, 3)
    os.utime(first.path, (0, 0))
    second = images.keep(png(4, 4), folder)
    assert isinstance(second, Picture)
    assert not Path(first.path).exists() and Path(second.path).exists()


def test_a_dropped_image_is_sent_as_data(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(png(1024, 768))

    async def run() -> ComposerApp:
        app = ComposerApp(Sources(tmp_path / "state"), tmp_path)
        async with app.run_test() as pilot:
            await write(pilot, "what is ")
            app.post_message(events.Paste(f"{file} "))
            await settle(pilot)
            label = f"[image photo.png 1024{TIMES}768 #1]"
            assert app.composer.editor.text == f"what is {label}"
            app.composer.busy = True
            await press(pilot, "ctrl+s")
            await settle(pilot)
        return app

    (message,) = asyncio.run(run()).messages
    assert isinstance(message, Composer.Submitted)
    assert message.text == f"what is [image photo.png 1024{TIMES}768 #1]"
    assert message.images == (
        "data:image/png;base64," + base64.b64encode(file.read_bytes()).decode(),
    )
    # A turn that runs takes no images: it waits for the next one.
    assert not message.steer


def test_several_images_are_dropped_at_once(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png())

    async def run() -> None:
        app = ComposerApp(Sources(tmp_path / "state"), tmp_path)
        async with app.run_test() as pilot:
            app.post_message(events.Paste(f"{tmp_path}/a.png {tmp_path}/b.png"))
            await settle(pilot)
            first, second = f"[image a.png 2{TIMES}3 #1]", f"[image b.png 2{TIMES}3 #2]"
            assert app.composer.editor.text == f"{first} {second}"

    asyncio.run(run())


def test_an_image_that_is_gone_keeps_the_text(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(png())

    async def run() -> None:
        app = ComposerApp(Sources(tmp_path / "state"), tmp_path)
        async with app.run_test() as pilot:
            app.post_message(events.Paste(str(file)))
            await settle(pilot)
            file.unlink()
            await press(pilot, "enter")
            await settle(pilot)
            assert app.messages == []
            assert app.composer.editor.text.startswith("[image photo.png")
            assert "Cannot read" in str(app.composer.note.content)

    asyncio.run(run())


def test_the_clipboards_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (tmp_path / "image.png").write_bytes(png(9, 9))
    program = programs / "xclip"
    program.write_text(f"#!/bin/sh\nexec /bin/cat {tmp_path}/image.png\n")
    program.chmod(0o700)
    monkeypatch.setattr(clipboard.sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setenv("PATH", str(programs))

    async def run() -> None:
        app = ComposerApp(Sources(tmp_path / "state"), tmp_path)
        async with app.run_test() as pilot:
            await press(pilot, "ctrl+v")
            await settle(pilot)
            assert app.composer.editor.text == f"[image clipboard.png 9{TIMES}9 #1]"
            app.composer.editor.forget()
            # Some terminals paste nothing when there is only an image.
            app.post_message(events.Paste(""))
            await settle(pilot)
            assert app.composer.editor.text == f"[image clipboard.png 9{TIMES}9 #1]"
            (tmp_path / "image.png").write_bytes(b"")
            await press(pilot, "ctrl+v")
            await settle(pilot)
            assert "no image on the clipboard" in str(app.composer.note.content)
            program.unlink()
            await press(pilot, "ctrl+v")
            await settle(pilot)
            assert "xclip: install it" in str(app.composer.note.content)
            monkeypatch.setenv("SSH_CONNECTION", "a b")
            assert "another machine" in reason(await clipboard.read_image())

    asyncio.run(run())
