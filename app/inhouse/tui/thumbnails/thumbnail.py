"""One small picture, shown as well as the terminal can."""

import contextlib
import os
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast

from textual import getters
from textual.app import App
from textual.content import Content
from textual.widget import Widget
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from inhouse.tui.terminal.terminal_app import TerminalApp
from inhouse.tui.thumbnails.decoding import shrink
from inhouse.tui.thumbnails.half_blocks import half_blocks
from inhouse.tui.thumbnails.kitty import delete, placeholders, transmit

if TYPE_CHECKING:
    from inhouse.tui.thumbnails.pixels import Pixels

COLUMNS, ROWS = 20, 5
# Pixels of a cell, for terminals that show pixels.
CELL_WIDTH, CELL_HEIGHT = 10, 20
MOST_ID: Final = 2**24 - 1
# Other programs in the same terminal number their pictures, too.
_picture_ids = count(os.getpid() * 64)


class Thumbnail(Widget):
    """`source` is a file or a data URL; until that has turned out to be an image, this takes no
    room."""

    app = getters.app(cast("type[App[Any]]", App))
    DEFAULT_CSS = """
    Thumbnail { width: auto; height: auto; margin-right: 1; display: none; }
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.picture_id = 0
        self._picture = Content()
        self._looking: Worker[None] | None = None

    def on_mount(self) -> None:
        """Look at the file beside the event loop."""
        self._looking = self.run_worker(self._show())

    async def on_unmount(self) -> None:
        """The terminal forgets it, too; whatever decodes it still has ended by then."""
        if self._looking is not None:
            if not self._looking.is_cancelled:
                self._looking.cancel()
            with contextlib.suppress(WorkerFailed, WorkerCancelled):
                await self._looking.wait()
        if self.picture_id and isinstance(self.app, TerminalApp):
            self.app.tell_terminal(delete(self.picture_id))

    def render(self) -> Content:
        """The picture, or the places where the terminal puts it."""
        return self._picture

    async def _show(self) -> None:
        app = self.app
        if isinstance(app, TerminalApp) and await app.shows_images():
            pixels = await shrink(self.source, COLUMNS * CELL_WIDTH, ROWS * CELL_HEIGHT)
            if pixels is not None and self.is_attached:
                self._place(app, pixels)
        elif app.console.color_system == "truecolor" and not app.no_color:
            pixels = await shrink(self.source, COLUMNS, ROWS * 2)
            if pixels is not None:
                self._draw(half_blocks(pixels))

    def _place(self, app: "TerminalApp[Any]", pixels: "Pixels") -> None:
        """Let the terminal show it in the cells that it fills."""
        columns = max(1, min(COLUMNS, round(pixels.width / CELL_WIDTH)))
        rows = max(1, min(ROWS, round(pixels.height / CELL_HEIGHT)))
        self.picture_id = next(_picture_ids) % MOST_ID + 1
        app.tell_terminal(transmit(self.picture_id, pixels, columns, rows))
        self._draw(placeholders(self.picture_id, columns, rows))

    def _draw(self, picture: Content) -> None:
        self._picture = picture
        self.display = True
        self.refresh(layout=True)
