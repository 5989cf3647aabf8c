"""A prompt that was sent, as it stood in the editor: its images are chips again."""

import base64
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from inhouse.tui.composer import images
from inhouse.tui.composer.chips import Chip, Picture, Written, fold

LABEL: Final = re.compile(r"\[image (?P<name>[^\n]+?) \d+\N{MULTIPLICATION SIGN}\d+ #\d+\]")


def as_written(prompt: str, sent: Sequence[str], folder: Path) -> Written:
    """The prompt with its images, given as data URLs in the order of their labels.

    They are kept in this folder, since the files they came from may be gone. One that cannot be
    kept stays a label.
    """
    written = fold(prompt)
    chips: dict[str, Chip] = dict(written.chips)
    for match, image in zip(LABEL.finditer(written.text), sent, strict=False):
        picture = _kept(image, folder)
        if picture is not None:
            chips[match[0]] = replace(picture, name=match["name"])
    return Written(written.text, chips)


def _kept(image: str, folder: Path) -> Picture | None:
    try:
        data = base64.b64decode(image.partition("base64,")[2], validate=True)
    except ValueError:
        return None
    picture = images.keep(data, folder)
    return picture if isinstance(picture, Picture) else None
