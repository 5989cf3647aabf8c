"""A process of its own that decodes one image, since a file may be made to break what reads it.

`python -I -m inhouse.tui.thumbnails.decode FILE WIDTH HEIGHT` writes "width height\\n" and the
pixels of a picture that fits; with WIDTH 0 the whole image as PNG. Its exit code is 1 for what is
no image, or too large a one.
"""

import resource
import sys
from typing import Final

MOST_PIXELS: Final = 64_000_000
MOST_MEMORY: Final = 1024**3
MOST_SECONDS: Final = 10
MOST_OUTPUT: Final = 64 * 1024**2
FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "AVIF")
# Behind what is transparent.
BACKGROUND: Final = (24, 26, 31)


def limit() -> None:
    """No more memory, time and output than an image needs."""
    wanted = (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in wanted:
        _soft, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (allowed, hard))
        except (OSError, ValueError):
            # macOS refuses some of them.
            continue


def decode(file: str, width: int, height: int) -> bytes:
    """The picture; raises what Pillow raises for what is none."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("It has too many pixels")
        if width:
            image.draft("RGB", (4 * width, 4 * height))
        image.load()
        picture = image.convert("RGBA")
    if not width:
        from io import BytesIO

        whole = BytesIO()
        picture.save(whole, "PNG")
        return whole.getvalue()
    picture.thumbnail((width, height))
    behind = Image.new("RGBA", picture.size, BACKGROUND)
    small = Image.alpha_composite(behind, picture).convert("RGB")
    return f"{small.width} {small.height}\n".encode() + small.tobytes()


def main() -> None:
    """Decode what the command line names; ends with its exit code."""
    limit()
    file, width, height = sys.argv[1:4]
    try:
        sys.stdout.buffer.write(decode(file, int(width), int(height)))
    except Exception:  # noqa: BLE001 - a decoder fails in any way, and this process is for that
        sys.exit(1)


if __name__ == "__main__":
    main()
