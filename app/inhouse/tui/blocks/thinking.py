"""What the model thinks before it answers."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.content import Content

from inhouse.live.spelling import spell_count, spell_seconds
from inhouse.tui.blocks.block import Recipe
from inhouse.tui.blocks.flow_block import FOLDED, UNFOLDED, FlowBlock, indented, marked
from inhouse.tui.blocks.growing_text import GrowingText
from inhouse.tui.flow.piece import MUTED, Margin, Piece
from inhouse.tui.text import line, lines

if TYPE_CHECKING:
    from textual.timer import Timer

WAIT: Final = 0.2
TAIL_CHARACTERS: Final = 600
TAIL_ROWS: Final = 2


class ThinkingBlock(FlowBlock):
    """Thoughts. With text they are finished, without they are filled by `write`.

    While they grow their end is shown, afterwards one line says how long it took.
    """

    def __init__(
        self,
        text: str = "",
        seconds: float | None = None,
        *,
        folded: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._written = GrowingText(text)
        self._seconds = seconds
        self._finished = bool(text)
        self._clock = clock
        self._since = clock()
        self._tail = ""
        self._timer: Timer | None = None
        self.set_reactive(ThinkingBlock.folded, folded)

    def recipe(self) -> Recipe:
        """The thoughts, as they are folded now."""
        return partial(ThinkingBlock, self.text, self._seconds, folded=self.folded)

    def copied_text(self) -> str:
        """The thoughts."""
        return self.text

    @property
    def text(self) -> str:
        """All that was thought."""
        return str(self._written)

    @property
    def finished(self) -> bool:
        """Whether the thinking is over."""
        return self._finished

    def write(self, piece: str) -> None:
        """Add to the thoughts; shown soon."""
        self._written.add(piece)
        self._tail = (self._tail + piece)[-TAIL_CHARACTERS:]

    def finish(self, seconds: float | None = None) -> None:
        """The thinking is over; it took so long."""
        self._finished = True
        self._seconds = seconds
        self._tail = ""
        if self._timer is not None:
            self._timer.stop()
        self.redraw()

    def on_mount(self) -> None:
        """Follow what is written, and the time."""
        if not self._finished:
            self._timer = self.set_interval(WAIT, self.redraw)

    def pieces(self) -> list[Piece]:
        """One line, and below it the end of the thoughts or all of them."""
        if not self._finished:
            spent = spell_seconds(round(self._clock() - self._since))
            title = marked("◐", "$accent", line(f"thinking · {spent}", MUTED))
            return [title, LastRows(line(" ".join(self._tail.split()), MUTED))]
        spent = "" if self._seconds is None else f" for {spell_seconds(self._seconds)}"
        words = spell_count(len(self.text.split()), "word")
        mark = FOLDED if self.folded else UNFOLDED
        title = marked(mark, MUTED, line(f"thought{spent} ({words})", MUTED))
        return [title] if self.folded else [title, indented(lines(self.text.strip(), MUTED))]


class LastRows:
    """The end of a text: the last rows that it would have."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.margin = Margin(Content("  "), Content("  "))

    def rows(self, width: int) -> list[Content]:
        """The same number of rows from the beginning on, so that nothing below it jumps."""
        rows = self._content.wrap(self.margin.room(width))[-TAIL_ROWS:]
        return self.margin.apply([*rows, *[Content("")] * (TAIL_ROWS - len(rows))])
