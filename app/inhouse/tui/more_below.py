"""A line that says that there is something new below."""

from dataclasses import dataclass

from textual.message import Message
from textual.widgets import Static

from inhouse.live.spelling import spell_count
from inhouse.tui.text import line


class MoreBelow(Static):
    """Shown while `count` is not 0; a click asks to go there."""

    @dataclass
    class Wanted(Message):
        """The person wants to see what is new."""

    DEFAULT_CSS = """
    MoreBelow {
        layer: above;
        dock: bottom;
        height: 1;
        padding: 0 2;
        background: $panel;
        color: $text-muted;
        display: none;
        &:hover { color: $text; }
    }
    """

    def show(self, count: int) -> None:
        """Tell how many entries are new."""
        self.display = count > 0
        if count:
            self.update(line(f"↓ {spell_count(count, 'new entry', 'new entries')} · End"))

    def on_click(self) -> None:
        """Go there."""
        self.post_message(self.Wanted())
