"""The pictures of the images that stand in the editor, in their order."""

from collections.abc import Sequence
from typing import Any, Final, cast

from textual import getters
from textual.app import App
from textual.containers import Horizontal

from inhouse.tui.composer.chips import Picture

MOST: Final = 4
LEAST_ROWS: Final = 20
"""A lower screen has no room for pictures."""


class ThumbnailRow(Horizontal):
    """Takes no room while there is nothing to show. What shows it is loaded with the first."""

    app = getters.app(cast("type[App[Any]]", App))
    DEFAULT_CSS = """
    ThumbnailRow { height: auto; padding: 0 2; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._wanted: tuple[str, ...] = ()

    def follow(self, pictures: Sequence[Picture]) -> None:
        """Show these, and no others."""
        paths = tuple(dict.fromkeys(one.path for one in pictures))[:MOST]
        wanted = paths if self.app.size.height >= LEAST_ROWS else ()
        if wanted != self._wanted:
            self._wanted = wanted
            self.call_later(self._show)

    async def _show(self) -> None:
        from inhouse.tui.thumbnails.thumbnail import Thumbnail

        there = {one.source: one for one in self.children if isinstance(one, Thumbnail)}
        for path, one in there.items():
            if path not in self._wanted:
                await one.remove()
        self.display = bool(self._wanted)
        new = [Thumbnail(path) for path in self._wanted if path not in there]
        if new:
            await self.mount(*new)
