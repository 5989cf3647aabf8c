"""The images of messages: read from their data, looked at once, and known again afterwards."""

import asyncio
import base64
import binascii
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from inhouse_models.engine.picture import Picture, PictureFault
from inhouse_models.engine.places import find_images
from inhouse_models.engine.vision import Vision
from inhouse_models.image_file import image_size, is_bearable

MOST_BYTES = 32 * 1024**2
MOST_IMAGES = 64
MOST_KEPT_BYTES = 128 * 1024**2


class PictureBook:
    """The images that messages have shown so far, those used last. One event loop only."""

    def __init__(self, vision: Vision) -> None:
        self._vision = vision
        self._kept: OrderedDict[str, Picture] = OrderedDict()

    async def find(self, sources: Iterable[str]) -> Mapping[str, Picture] | PictureFault:
        """The pictures of data URLs or of bare base64, by what was given."""
        found: dict[str, Picture] = {}
        for source in sources:
            if source in found:
                continue
            if len(found) == MOST_IMAGES:
                return PictureFault(f"A conversation can show at most {MOST_IMAGES} images.")
            key = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
            picture = self._kept.get(key) or await asyncio.to_thread(self._look_at, source)
            if isinstance(picture, PictureFault):
                return picture
            self._kept[key] = found[source] = picture
            self._kept.move_to_end(key)
        while len(self._kept) > 1 and self._size > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        return found

    @property
    def _size(self) -> int:
        return sum(len(picture.data) for picture in self._kept.values())

    def _look_at(self, source: str) -> Picture | PictureFault:
        data = read_source(source)
        return data if isinstance(data, PictureFault) else self._vision.look_at(data)


def read_source(source: str) -> bytes | PictureFault:
    """The bytes of an image file, where they are those of an image of bearable size."""
    if "://" in source[:16]:
        return PictureFault("An image has to be sent as data (base64); addresses are not fetched.")
    head, comma, rest = source.partition(",")
    if source.startswith("data:") and not (comma and head.endswith(";base64")):
        return PictureFault("An image has to be sent as base64: data:image/png;base64,…")
    encoded = rest if source.startswith("data:") else source
    if len(encoded) > MOST_BYTES * 4 // 3 + 4:
        return PictureFault(f"The image is larger than {MOST_BYTES // 1024**2} MiB.")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return PictureFault("The image is damaged: it is not valid base64.")
    size = image_size(data)
    if size is None:
        return PictureFault("The image is damaged, or not a PNG, JPEG, GIF or BMP file.")
    if not is_bearable(size):
        return PictureFault(f"The image of {size[0]} x {size[1]} pixels is too large.")
    return data


def all_known(ids: Sequence[int], pictures: Iterable[Picture]) -> bool:
    """Whether every image that stands in `ids` is one of the pictures."""
    images = {image for picture in pictures for image in picture.images}
    return all(tuple(ids[one.start : one.end]) in images for one in find_images(ids))
