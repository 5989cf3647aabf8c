"""Images that mean harm: refused by their head, before anything decodes them."""

import base64
import struct
import zlib
from pathlib import Path

import pytest
from tests.models.engine.images import make_png

from inhouse.tui.composer.images import look_at
from inhouse_models.engine.picture import PictureFault
from inhouse_models.host import pictures
from inhouse_models.host.pictures import read_source
from inhouse_models.image_file import MOST_SIDE, is_bearable
from inhouse_tools.refusal import Refusal

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1/x"/></svg>'


def png(width: int, height: int) -> bytes:
    """The head of a PNG of this size, and a few bytes that unpack to very many."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(10_000_000), 9)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def fault_of(source: str) -> str:
    found = read_source(source)
    assert isinstance(found, PictureFault)
    return found.text


def test_an_honest_image_is_taken() -> None:
    """The positive control."""
    data = make_png(20, 10, 1)
    assert read_source(url(data)) == data


@pytest.mark.parametrize("size", [(50_000, 50_000), (MOST_SIDE + 1, 1), (1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_head(size: tuple[int, int], tmp_path: Path) -> None:
    bomb = png(*size)
    assert len(bomb) < 100_000
    assert "is too large" in fault_of(url(bomb))
    file = tmp_path / "bomb.png"
    file.write_bytes(bomb)
    refusal = look_at(file)
    assert isinstance(refusal, Refusal)
    assert "pixels" in refusal.text


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"\x89PNG\r\n\x1a\n",
        make_png(20, 10, 1)[:20],
        b"<script>" + make_png(20, 10, 1),
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"%PDF-1.7",
        b"",
    ],
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    assert "not a PNG" in fault_of(url(data)) or "not valid" in fault_of(url(data))


@pytest.mark.parametrize(
    "source", ["http://127.0.0.1/x.png", "file:///etc/passwd", "https://a/b", "data:image/png,x"]
)
def test_nothing_is_fetched(source: str) -> None:
    assert "sent as" in fault_of(source)


def test_a_file_behind_an_image_stays_there() -> None:
    """A polyglot is the image that its head says; what stands behind it is nobody's program."""
    data = make_png(20, 10, 1) + b"<script>alert(1)</script>#!/bin/sh\n"
    assert read_source(url(data)) == data


def test_large_and_broken_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 1000)
    assert "larger than" in fault_of(url(bytes(10_000)))
    assert "not valid base64" in fault_of("data:image/png;base64,!!!!")


def test_pixels_and_sides_are_bounded() -> None:
    assert is_bearable((8192, 8192))
    assert not is_bearable((8192, 8193))
    assert not is_bearable((MOST_SIDE + 1, 1))
