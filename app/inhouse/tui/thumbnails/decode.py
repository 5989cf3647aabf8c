"""A process of its own that decodes one image, since a file may be made to break what reads it.

`python -I -m inhouse.tui.thumbnails.decode WIDTH HEIGHT` reads the image from its standard input
and writes "width height\\n" and the pixels of a picture that fits; with WIDTH 0 the whole image as
PNG. Its exit code is 1 for what is no image, or too large a one.
"""

import sys
from io import BytesIO
from typing import Final

from inhouse_tools.documents.limits import close_off, limit_resources

MOST_PIXELS: Final = 64_000_000
FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "AVIF")
# Behind what is transparent.
BACKGROUND: Final = (24, 26, 31)


def decode(data: bytes, width: int, height: int) -> bytes:
    """The picture; raises what Pillow raises for what is none."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("It has too many pixels")
        if width:
            image.draft("RGB", (4 * width, 4 * height))
        image.load()
        picture = image.convert("RGBA")
    if not width:
        whole = BytesIO()
        picture.save(whole, "PNG")
        return whole.getvalue()
    picture.thumbnail((width, height))
    behind = Image.new("RGBA", picture.size, BACKGROUND)
    small = Image.alpha_composite(behind, picture).convert("RGB")
    return f"{small.width} {small.height}\n".encode() + small.tobytes()


def main() -> None:
    """Decode what the command line names; ends with its exit code."""
    limit_resources()
    width, height = sys.argv[1:3]
    try:
        from inhouse_tools.documents import picture

        picture.load_code()
        close_off()
        data = sys.stdin.buffer.read()
        sys.stdout.buffer.write(decode(data, int(width), int(height)))
    except Exception:  # noqa: BLE001 - a decoder fails in any way, and this process is for that
        sys.exit(1)


if __name__ == "__main__":
    main()
