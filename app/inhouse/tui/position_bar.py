"""Where in a long conversation the view is: a bar at its right edge that can be dragged."""

from dataclasses import dataclass

from rich.segment import Segment
from textual.events import MouseDown, MouseMove, MouseUp
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

THUMB, TRACK = "▐", " "


class PositionBar(Widget):
    """Shows the rows of the view among all rows. Unlike Textual's own it is drawn only when it
    looks different, which at the end of a long conversation is seldom."""

    @dataclass
    class Moved(Message):
        """The person wants this row (0 the first of all) at the top of the view."""

        row: float

    DEFAULT_CSS = """
    PositionBar {
        layer: below;
        dock: right;
        width: 1;
        height: 100%;
        color: $foreground 20%;
        &:hover { color: $primary; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._thumb = range(0)
        self._total = 0
        self._grip: int | None = None

    def show(self, top: float, view: int, total: int) -> None:
        """`view` rows from `top` on are in view, of `total`."""
        self._total = total
        thumb = range(0)
        if total > view > 0:
            length = max(1, round(view * view / total))
            first = round((view - length) * min(1.0, top / (total - view)))
            thumb = range(first, first + length)
        if thumb != self._thumb:
            changed = sorted(set(thumb) ^ set(self._thumb))
            self._thumb = thumb
            self.refresh(Region(0, changed[0], 1, changed[-1] - changed[0] + 1))

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        """A column."""
        style = self.visual_style.rich_style
        thumb, track = (Strip([Segment(text, style)], 1) for text in (THUMB, TRACK))
        return [thumb if row in self._thumb else track for row in crop.line_range]

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of the thumb, or bring it here."""
        event.stop()
        held = event.y in self._thumb
        self._grip = event.y - self._thumb.start if held else len(self._thumb) // 2
        self.capture_mouse()
        self._move_to(event.y, self._grip)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Drag the thumb."""
        if self._grip is not None:
            self._move_to(event.y, self._grip)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let it go."""
        event.stop()
        self._grip = None
        self.release_mouse()

    def _move_to(self, y: int, grip: int) -> None:
        way = self.size.height - len(self._thumb)
        if way > 0 and self._thumb:
            share = min(max((y - grip) / way, 0.0), 1.0)
            self.post_message(self.Moved(share * (self._total - self.size.height)))
