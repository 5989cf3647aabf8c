"""The list above the editor that completes what is being written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

ROWS: Final = 8
EMPTY: Final = Content()
LEAST_LABEL: Final = 12
"""What stands at the right is left out where it would leave less than this to the label."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: `label` at the left, `aside` at the right; `insert` is what is written for it.

    `path` is the file that it mentions. One that `runs` is sent at once when it is accepted with
    Enter, and one that is a `beginning` goes on being completed.
    """

    label: Content
    insert: str
    aside: Content = EMPTY
    path: str = ""
    runs: bool = False
    beginning: bool = False


class Choices(Widget):
    """Rows of which one may be highlighted. It shows at most `room` of them and follows the row."""

    @dataclass
    class Clicked(Message):
        """A row was chosen with the mouse."""

        choice: Choice

    DEFAULT_CSS = """
    Choices {
        display: none;
        height: auto;
        width: 1fr;
        padding: 0 2;
        background: $surface;
        color: $foreground;
        overlay: screen;
        &.-shown { display: block; }
    }
    """

    def __init__(self, *, most_rows: int = ROWS, id: str | None = None) -> None:  # noqa: A002 - as in textual
        super().__init__(id=id)
        self.choices: Sequence[Choice] = ()
        self.highlighted: int | None = None
        self.most_rows = most_rows
        self.room = most_rows
        self._first = 0

    @property
    def shown(self) -> bool:
        """Whether there is anything to choose from."""
        return bool(self.choices)

    @property
    def current(self) -> Choice | None:
        """The highlighted row."""
        at = self.highlighted
        return self.choices[at] if at is not None and at < len(self.choices) else None

    @property
    def seen(self) -> Sequence[Choice]:
        """The rows that can be seen."""
        return self.choices[self._first : self._first + self.room]

    def offer(self, choices: Sequence[Choice], highlighted: int | None, room: int) -> None:
        """Show other rows; none of them hides the list."""
        before = len(self.seen)
        self.choices = choices
        self.highlighted = highlighted if choices else None
        self.room = max(1, min(self.most_rows, room))
        self._first = 0
        if len(self.seen) != before:
            self._fit()
        self.refresh()

    def renew(self, choices: Sequence[Choice]) -> None:
        """Show the same rows with something added to them."""
        self.choices = choices
        self.refresh()

    def move(self, rows: int) -> None:
        """Highlight another row; it goes round at the ends."""
        if not self.choices:
            return
        if self.highlighted is None:
            self.highlighted = 0 if rows > 0 else len(self.choices) - 1
        else:
            self.highlighted = (self.highlighted + rows) % len(self.choices)
        last = self._first + self.room - 1
        if self.highlighted < self._first:
            self._first = self.highlighted
        elif self.highlighted > last:
            self._first += self.highlighted - last
        self.refresh()

    def _fit(self) -> None:
        rows = len(self.seen)
        self.set_class(rows > 0, "-shown")
        if self.styles.overlay == "screen":
            # It lies over what is above the composer, so that nothing there moves.
            self.styles.offset = (0, -rows)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for each row that can be seen."""
        del container, viewport, width
        return len(self.seen)

    def render(self) -> Content:
        """The rows, the highlighted one marked by more than its colour."""
        width = self.size.width
        return Content("\n").join(
            _row(choice, width, chosen=self._first + at == self.highlighted)
            for at, choice in enumerate(self.seen)
        )

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse."""
        event.stop()
        rows = self.seen
        if 0 <= event.y < len(rows):
            self.post_message(self.Clicked(rows[event.y]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Highlight the next row."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Highlight the row before."""
        event.stop()
        self.move(-1)


def _row(choice: Choice, width: int, *, chosen: bool) -> Content:
    mark = Content.styled("> ", "bold $primary") if chosen else Content("  ")
    aside = choice.aside
    if aside.cell_length + LEAST_LABEL + len(mark) + 2 > width:
        aside = Content()
    room = max(1, width - mark.cell_length - (aside.cell_length + 2 if aside else 0))
    if choice.path or choice.beginning:
        label = _keep_end(choice.label, room)
    else:
        label = choice.label.truncate(room, ellipsis=True)
    gap = width - mark.cell_length - label.cell_length - aside.cell_length
    row = Content("").join([mark, label, Content(" " * max(0, gap)), aside])
    return row.stylize_before("on $panel") if chosen else row


def _keep_end(label: Content, room: int) -> Content:
    """The end of a path says more than its beginning."""
    if label.cell_length <= room:
        return label
    cut = 1
    while cut < len(label) and label[cut:].cell_length > room - 1:
        cut += 1
    return Content("…") + label[cut:]
