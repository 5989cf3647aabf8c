"""Takes images into the prompt, from files that were dropped and from the clipboard."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inhouse.sanitise import sanitise_line
from inhouse.tui.composer import images
from inhouse.tui.composer.chips import Picture
from inhouse_tools.refusal import Refusal


class PictureTaker:
    """`folder` keeps what came from the clipboard. Files are read in another thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def at_paths(self, pasted: str) -> tuple[Picture, ...] | Refusal:
        """The images whose paths were pasted; none where that is something else."""
        paths = await asyncio.to_thread(images.pasted_paths, pasted)
        found: list[Picture] = []
        for path in paths:
            picture = await self._look_at(path)
            if isinstance(picture, Refusal):
                return picture
            found.append(picture)
        return tuple(found)

    async def _look_at(self, path: Path) -> Picture | Refusal:
        """The image itself, or as PNG where engines would not know it."""
        if not await asyncio.to_thread(images.is_foreign, path):
            return await asyncio.to_thread(images.look_at, path)
        from inhouse.tui.thumbnails.decoding import as_png

        data = await as_png(path)
        if data is None:
            return Refusal(f"{sanitise_line(path.name)} is damaged, or too large to be read.")
        kept = await asyncio.to_thread(images.keep, data, self._folder)
        return kept if isinstance(kept, Refusal) else replace(kept, name=path.name)

    async def from_clipboard(self) -> Picture | Refusal:
        """The image on the clipboard, or why there is none."""
        from inhouse.tui.composer import clipboard

        data = await clipboard.read_image()
        if isinstance(data, Refusal):
            return data
        return await asyncio.to_thread(images.keep, data, self._folder)


async def as_sent(pictures: Sequence[Picture]) -> tuple[str, ...] | Refusal:
    """Images as messages hold them; the first that cannot be read is why there are none."""
    sent: list[str] = []
    for picture in pictures:
        one = await asyncio.to_thread(images.as_sent, picture)
        if isinstance(one, Refusal):
            return one
        sent.append(one)
    return tuple(sent)
