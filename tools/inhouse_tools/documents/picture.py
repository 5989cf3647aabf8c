"""An image as a model is shown it: decoded, upright, small enough, and without anything hidden.

It runs in the process that may fail, so that an engine only ever sees files that were made here.
"""

import base64
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageOps

FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "AVIF")
LOSSY: Final = ("JPEG", "WEBP", "AVIF")
MOST_PIXELS: Final = 64 * 1024**2
LARGE_PNG: Final = 1024**2
QUALITY: Final = 90


def load_code() -> None:
    """Load what Pillow would load when it meets it, which it cannot once this is closed off."""
    for name in ("Avif", "Mpo", "Tiff", "WebP"):
        import_module(f"PIL.{name}ImagePlugin")
    Image.preinit()


def read_image(data: bytes, side: int) -> Iterator[dict[str, Any]]:
    """What the image is, by its head; then, with a `side`, the image itself, in pixels no longer
    than that."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        kind = str(image.format)
        yield {"format": kind, "width": image.width, "height": image.height}
        if not side:
            return
        if image.width * image.height > MOST_PIXELS:
            yield {"problem": "pixels"}
            return
        moving = bool(getattr(image, "is_animated", False))
        image.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(image)
        picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    picture.thumbnail((side, side))
    media, encoded = _encode(picture, lossy=kind in LOSSY)
    yield {
        "media": media,
        "width": picture.width,
        "height": picture.height,
        "moving": moving,
        "data": base64.b64encode(encoded).decode("ascii"),
    }


def _encode(picture: Image.Image, *, lossy: bool) -> tuple[str, bytes]:
    opaque = picture.mode == "RGB"
    if not (lossy and opaque):
        whole = BytesIO()
        picture.save(whole, "PNG")
        if whole.tell() <= LARGE_PNG or not opaque:
            return "image/png", whole.getvalue()
    small = BytesIO()
    picture.save(small, "JPEG", quality=QUALITY)
    return "image/jpeg", small.getvalue()
