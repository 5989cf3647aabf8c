"""What the model answers, as it writes it."""

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from typing_extensions import override

from inhouse.tui.blocks.block import Block, Recipe
from inhouse.tui.blocks.growing_text import GrowingText
from inhouse.tui.flow.markdown_text import MarkdownText

if TYPE_CHECKING:
    from textual.timer import Timer

# Faster than people see, and slow enough for a machine that has an answer to compute.
SHORTEST_WAIT: Final = 1 / 15
# Showing text takes at most this share of the time.
LARGEST_SHARE: Final = 0.15


class AnswerBlock(Block):
    """An answer. With text it is finished, without it is filled by `write`.

    What is written is shown together with what follows shortly after it.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._written = GrowingText(text)
        self._waiting: list[str] = []
        self._finished = bool(text)
        self._timer: Timer | None = None
        self._wait = SHORTEST_WAIT

    def compose(self) -> ComposeResult:
        """The Markdown so far."""
        self._waiting.clear()
        yield MarkdownText(self.text)

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        """What is behind the text: every row is like the first, and an answer has many."""
        first = Region(crop.x, crop.y, crop.width, min(crop.height, 1))
        return super().render_lines(first) * crop.height

    def recipe(self) -> Recipe:
        """The text."""
        return partial(AnswerBlock, self.text)

    def copied_text(self) -> str:
        """The Markdown."""
        return self.text

    @property
    def text(self) -> str:
        """All that was written."""
        return str(self._written)

    @property
    def finished(self) -> bool:
        """Whether the answer is whole."""
        return self._finished

    def write(self, piece: str) -> None:
        """Add to the answer; shown soon."""
        self._written.add(piece)
        self._waiting.append(piece)
        if self._timer is None and self.is_running:
            self._timer = self.set_timer(self._wait, self._show_waiting)

    def finish(self, text: str | None = None) -> None:
        """The answer is whole: `text`, or what was written."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._finished = True
        if text is not None and text != self.text:
            self._written = GrowingText(text)
        self._waiting.clear()
        if self.is_mounted:
            self.query_one(MarkdownText).finish(self.text)

    def on_mount(self) -> None:
        """Show what was written since it was composed."""
        if self._waiting:
            self._show_waiting()

    def _show_waiting(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        if not self.is_mounted:
            return
        began = time.perf_counter()
        self.query_one(MarkdownText).write("".join(self._waiting))
        self._waiting.clear()
        self._wait = max(SHORTEST_WAIT, (time.perf_counter() - began) / LARGEST_SHARE)
