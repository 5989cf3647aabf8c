"""What an image file says of its size, before anything decodes it."""

import struct
from typing import Final

# What a decoder would make of more does not fit into memory beside a model; no camera comes near.
MOST_PIXELS: Final = 64 * 1024**2
MOST_SIDE: Final = 32_768

# Markers of JPEG that begin a frame and so hold its size; the three left out mean other things.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or BMP file in pixels; None for anything else."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", data, 6)
        elif data.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", data, 18)
        elif data.startswith(b"\xff\xd8"):
            width, height = _jpeg_size(data)
        else:
            return None
    except struct.error:
        return None
    # The height of a BMP file is negative when its rows begin at the top.
    return (width, abs(height)) if width > 0 and height else None


def is_bearable(size: tuple[int, int]) -> bool:
    """Whether an image of so many pixels may be decoded at all."""
    width, height = size
    return max(size) <= MOST_SIDE and width * height <= MOST_PIXELS


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Raises struct.error when no frame is found."""
    place = 2
    while True:
        mark, kind = struct.unpack_from(">BB", data, place)
        if mark != 0xFF:
            return 0, 0
        if kind == 0xFF:
            # Padding before a marker.
            place += 1
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + length
