"""Images for tests: small PNG files of random colours."""

import base64
import random
import struct
import zlib


def make_png(width: int, height: int, seed: int) -> bytes:
    """A PNG file of tiles of random colours."""
    chosen = random.Random(seed)
    tiles = [[chosen.randbytes(3) for _ in range(8)] for _ in range(8)]
    rows = (
        b"\0" + b"".join(tiles[y * 8 // height][x * 8 // width] for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(b"".join(rows))),
            _chunk(b"IEND", b""),
        )
    )


def as_url(data: bytes) -> str:
    """What a message holds of an image."""
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
