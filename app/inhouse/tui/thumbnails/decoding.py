"""Has images decoded by a process of its own, which may fail without harm."""

import asyncio
import base64
import tempfile
from pathlib import Path
from typing import Final

from inhouse.tui.thumbnails.pixels import Pixels
from inhouse_tools.documents.decoder import run_decoder
from inhouse_tools.refusal import Refusal

SECONDS: Final = 15.0
MODULE: Final = "inhouse.tui.thumbnails.decode"


async def shrink(source: str, width: int, height: int) -> Pixels | None:
    """A picture of at most so many pixels; None when it is no image that can be shown.

    `source` is the path of a file or a data URL.
    """
    if source.startswith("data:"):
        with tempfile.TemporaryDirectory(prefix="inhouse-image-") as folder:
            file = Path(folder) / "image"
            await asyncio.to_thread(_write, file, source)
            output = await _decode(file, width, height)
    else:
        output = await _decode(Path(source), width, height)
    head, _, rgb = output.partition(b"\n")
    sizes = head.split()
    if len(sizes) != 2 or not all(one.isdigit() for one in sizes):
        return None
    columns, rows = int(sizes[0]), int(sizes[1])
    fits = 0 < columns <= width and 0 < rows <= height and len(rgb) == 3 * columns * rows
    return Pixels(columns, rows, rgb) if fits else None


async def as_png(file: Path) -> bytes | None:
    """The whole image as PNG; None when it cannot be read."""
    return await _decode(file, 0, 0) or None


def _write(file: Path, address: str) -> None:
    try:
        data = base64.b64decode(address.partition(",")[2])
    except ValueError:
        data = b""
    file.write_bytes(data)


async def _decode(file: Path, width: int, height: int) -> bytes:
    ended = await run_decoder(MODULE, (str(width), str(height)), file, file.name, seconds=SECONDS)
    if isinstance(ended, Refusal) or ended.exit_code != 0 or ended.stopped:
        return b""
    return ended.output
