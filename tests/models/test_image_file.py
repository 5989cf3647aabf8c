"""Sizes that image files say of themselves, damaged ones too."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models.engine.images import make_png

from inhouse_models.image_file import image_size

GIF = b"GIF89a" + struct.pack("<HH", 300, 200) + bytes(20)
BMP = b"BM" + bytes(16) + struct.pack("<ii", 640, -480) + bytes(20)
# A segment of other things, padding, then the frame.
JPEG = (
    b"\xff\xd8\xff\xe0"
    + struct.pack(">H", 6)
    + b"JFIF\xff\xff\xc2"
    + struct.pack(">HBHH", 17, 8, 1080, 1920)
    + bytes(20)
)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (make_png(12, 34, 1), (12, 34)),
        (GIF, (300, 200)),
        (BMP, (640, 480)),
        (JPEG, (1920, 1080)),
        (b"RIFF    WEBPVP8 ", None),
        (b"\xff\xd8\xff\xe0", None),
        (b"\xff\xd8\x00\x00", None),
        (b"\x89PNG\r\n\x1a\n" + bytes(16), None),
        (b"", None),
    ],
)
def test_sizes(data: bytes, size: tuple[int, int] | None) -> None:
    assert image_size(data) == size


@given(
    kind=st.sampled_from((b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\xff\xd8")), rest=st.binary()
)
def test_any_bytes_have_a_size_or_none(kind: bytes, rest: bytes) -> None:
    size = image_size(kind + rest)
    assert size is None or min(size) > 0
