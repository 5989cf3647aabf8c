"""The text editor inside the composer: keys as in a shell, and chips that stay whole."""

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from rich.text import Text
from textual import events, getters
from textual.actions import SkipAction
from textual.app import App
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from inhouse.sanitise import sanitise
from inhouse.tui.composer import chips
from inhouse.tui.composer.chips import Chip, Paste, Written
from inhouse.tui.composer.mentions import Mentions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from textual.screen import Screen

# Some terminals say Shift+Enter like this.
SHIFT_ENTER: Final = "shift+\r"


MOST_ROWS: Final = 10
LEAST_ROWS: Final = 3


class Editor(TextArea, inherit_bindings=False):
    """A text area that holds only what can be shown; what cannot is folded into a chip.

    A chip is its label in the text: the cursor passes over it, and it is deleted as a whole.
    """

    @dataclass
    class Pasted(Message):
        """The terminal pasted something."""

        text: str

    app = getters.app(cast("type[App[Any]]", App))
    DEFAULT_CSS = """
    Editor {
        height: auto;
        min-height: 1;
        border: none;
        padding: 0;
        background: transparent;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & .text-area--placeholder { color: $text-muted; }
        & .editor--chip { color: $text-primary; background: $panel; }
        & .editor--mention { color: $primary; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"editor--chip", "editor--mention"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor_left", "Left", show=False),
        Binding("right", "cursor_right", "Right", show=False),
        Binding("shift+left", "cursor_left(True)", "Select left", show=False),
        Binding("shift+right", "cursor_right(True)", "Select right", show=False),
        Binding("shift+up", "cursor_up(True)", "Select up", show=False),
        Binding("shift+down", "cursor_down(True)", "Select down", show=False),
        Binding("shift+home", "cursor_line_start(True)", "Select to the start", show=False),
        Binding("shift+end", "cursor_line_end(True)", "Select to the end", show=False),
        Binding("ctrl+shift+left", "cursor_word_left(True)", "Select a word", show=False),
        Binding("ctrl+shift+right", "cursor_word_right(True)", "Select a word", show=False),
        Binding("alt+b,ctrl+left,alt+left", "cursor_word_left", "Word left", show=False),
        Binding("alt+f,ctrl+right,alt+right", "cursor_word_right", "Word right", show=False),
        Binding("ctrl+a,home", "cursor_line_start", "Start of the line", show=False),
        Binding("ctrl+e,end", "cursor_line_end", "End of the line", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("backspace", "delete_left", "Delete left", show=False),
        Binding("delete,ctrl+d", "delete_right", "Delete right", show=False),
        Binding("ctrl+w,alt+backspace,ctrl+backspace", "cut_word", "Cut a word", show=False),
        Binding("alt+d,alt+delete", "delete_word_right", "Delete a word right", show=False),
        Binding("ctrl+u,super+backspace", "cut_to_start", "Cut to the start", show=False),
        Binding("ctrl+k", "cut_to_end", "Cut to the end", show=False),
        Binding("ctrl+y", "paste_cut", "Paste what was cut", show=False),
        Binding("ctrl+underscore,super+z", "undo", "Undo", show=False),
        Binding("alt+underscore,super+shift+z", "redo", "Redo", show=False),
        Binding("ctrl+x,super+x", "cut_selection", "Cut", show=False),
        Binding("super+c", "copy", "Copy", show=False),
    ]

    def __init__(self) -> None:
        # Before the text area asks for them.
        self.mentions = Mentions()
        self.known: Collection[str] = frozenset()
        self._chips: dict[str, Chip] = {}
        self._cut = ""
        self._first_letter_hidden = False
        self._fitted = Size()
        super().__init__(highlight_cursor_line=False)
        self.cursor_blink = False
        self.match_cursor_bracket = False

    def on_mount(self) -> None:
        """Follow the size of the screen, of which this takes a part."""
        cast("Any", self.screen).screen_layout_refresh_signal.subscribe(self, self._fit)

    @property
    def written(self) -> Written:
        """What stands here, with its chips."""
        return Written(self.text, self._chips).used()

    @property
    def mentioned(self) -> list[str]:
        """The files that are mentioned here, in that order."""
        return [path for _, _, path in self.mentions.spans(self.text, self.known)]

    def know(self, files: "Collection[str]") -> None:
        """These are the files there are: they count as mentioned when they are written."""
        if files is not self.known:
            self.known = files
            self.notify_style_update()
            self.refresh()
            self.post_message(self.Changed(self))

    def hide_first_letter(self, *, hidden: bool) -> None:
        """Show a blank for the first letter, since it stands somewhere else."""
        self._first_letter_hidden = hidden
        self.notify_style_update()
        self.refresh()

    def told(self) -> str:
        """The text as the model reads it."""
        written = self.written
        return Written(self.mentions.plain(written.text, self.known), written.chips).whole

    def put(self, written: Written) -> None:
        """Show another text, with the cursor at its end.

        It can be undone, unless a label stands for something else now.
        """
        known = self._chips
        other = any(known.get(label, chip) != chip for label, chip in written.chips.items())
        self._chips.update(written.chips)
        self.history.checkpoint()
        self.replace(written.text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)
        if other:
            self.history.clear()

    def forget(self) -> None:
        """Begin anew: what was sent cannot be brought back by undoing."""
        self.load_text("")
        self._chips.clear()
        self.mentions = Mentions()

    def insert_chips(self, found: "Iterable[Chip]") -> None:
        """Put chips at the cursor, in place of what is selected."""
        labels: list[str] = []
        for chip in found:
            label = chips.label_for(chip, (self.text, *self._chips))
            self._chips[label] = chip
            labels.append(label)
        self.type(" ".join(labels))

    def type(self, text: str) -> None:
        """Put text at the cursor, in place of what is selected."""
        self.replace(text, *self.selection, maintain_selection_offset=False)

    def receive(self, text: str) -> None:
        """Take pasted text: short text as it is, other text as a chip."""
        text = chips.plain_lines(text)
        if chips.needs_chip(text, self._chips):
            self.insert_chips([Paste(text)])
        else:
            self.type(text)

    def unfold(self) -> str:
        """Put the text of the nearest chip in its place; says why when that cannot be."""
        row, column = self.cursor_location
        spans = [(a, b, chip) for a, b, chip in self._spans(row) if isinstance(chip, Paste)]
        if not spans:
            return "There is no pasted text on this line."
        start, end, chip = min(spans, key=lambda span: abs(span[1] - column))
        if sanitise(chip.text) != chip.text:
            return "It holds control characters, so it is sent as it is but cannot be shown here."
        self.replace(chip.text, (row, start), (row, end), maintain_selection_offset=False)
        return ""

    @property
    def on_first_line(self) -> bool:
        """Whether there is no line above the cursor, wrapped lines counted."""
        return self.navigator.is_first_wrapped_line(self.cursor_location)

    @property
    def on_last_line(self) -> bool:
        """Whether there is no line below the cursor, wrapped lines counted."""
        return self.navigator.is_last_wrapped_line(self.cursor_location)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the text has, but no more than a third of the screen."""
        rows = super().get_content_height(container, viewport, width)
        return min(rows, max(LEAST_ROWS, min(MOST_ROWS, viewport.height // 3)))

    def get_line(self, line_index: int) -> Text:
        """A line with its chips and mentions in colour."""
        line = super().get_line(line_index)
        if line_index == 0 and self._first_letter_hidden:
            line.plain = " " + line.plain[1:]
        for start, end, _ in self.mentions.spans(line.plain, self.known):
            line.stylize(self.get_component_rich_style("editor--mention", partial=True), start, end)
        for start, end, _ in self._spans(line_index):
            line.stylize(self.get_component_rich_style("editor--chip", partial=True), start, end)
        return line

    def edit(self, edit: Edit) -> EditResult:
        """Every change comes through here: it takes a chip whole or leaves it."""
        top, bottom = sorted((edit.from_location, edit.to_location))
        if top != bottom:
            top, bottom = self._outside(top, -1), self._outside(bottom, 1)
        return super().edit(dataclasses.replace(edit, from_location=top, to_location=bottom))

    def _validate_selection(self, selection: Selection) -> Selection:
        """The cursor stands beside a chip, never in it."""
        start, end = super()._validate_selection(selection)
        row, column = self.cursor_location
        forward = 1 if end[0] == row and end[1] > column else -1
        if end[0] != row:
            forward = 0
        return Selection(self._outside(start, forward), self._outside(end, forward))

    def _outside(self, location: Location, direction: int) -> Location:
        """The nearest place that is in no chip: before (-1), behind (1), or either (0)."""
        row, column = location
        for start, end, _ in self._spans(row):
            if start < column < end:
                nearer_end = end - column < column - start
                behind = direction > 0 or (direction == 0 and nearer_end)
                return row, end if behind else start
        return location

    def _spans(self, row: int) -> list[tuple[int, int, Chip]]:
        if not self._chips or row >= self.document.line_count:
            return []
        return chips.spans_of(self.document.get_line(row), self._chips)

    async def _on_key(self, event: events.Key) -> None:
        """Enter and Tab belong to the composer; the rest types."""
        if event.key == "enter":
            event.prevent_default()
        elif event.key == SHIFT_ENTER:
            event.prevent_default()
            event.stop()
            self.type("\n")

    async def _on_paste(self, event: events.Paste) -> None:
        """Pasted text goes by the composer, which knows paths of images."""
        event.prevent_default()
        event.stop()
        self.post_message(self.Pasted(event.text))

    def action_delete_right(self) -> None:
        """Delete to the right; an empty editor leaves the key to the app."""
        if not self.text:
            raise SkipAction
        super().action_delete_right()

    def action_page(self, pages: int) -> None:
        """Turn a page of a text that is longer than the editor, else leave the key to others."""
        if self.virtual_size.height <= self.size.height:
            raise SkipAction
        if pages > 0:
            self.action_cursor_page_down()
        else:
            self.action_cursor_page_up()

    def action_cut_word(self) -> None:
        """Cut back to the last space, as a shell does."""
        start, end = self.selection
        if start == end:
            row, column = end
            kept = self.document.get_line(row)[:column].rstrip()
            kept = kept[: max(kept.rfind(" "), kept.rfind("\t")) + 1]
            start = (row, len(kept)) if column else self.get_cursor_left_location()
        self._cut_out(start, end)

    def action_cut_to_start(self) -> None:
        """Cut back to the start of the line, or join it with the one above."""
        row, column = self.cursor_location
        start = (row, 0) if column else self.get_cursor_left_location()
        self._cut_out(start, (row, column))

    def action_cut_to_end(self) -> None:
        """Cut to the end of the line, or join it with the one below."""
        start = self.cursor_location
        end = self.get_cursor_line_end_location()
        self._cut_out(start, self.get_cursor_right_location() if start == end else end)

    def action_paste_cut(self) -> None:
        """Put what was cut last at the cursor."""
        self.type(self._cut)

    def action_cut_selection(self) -> None:
        """Move what is selected to the clipboard."""
        if not self.selected_text:
            raise SkipAction
        self.app.copy_to_clipboard(self.selected_text)
        self._cut_out(*self.selection)

    def _fit(self, screen: "Screen[Any]") -> None:
        if screen.size != self._fitted:
            self._fitted = screen.size
            self.refresh(layout=True)

    def _cut_out(self, start: Location, end: Location) -> None:
        if start != end:
            self.history.checkpoint()
            self._cut = self.delete(start, end, maintain_selection_offset=False).replaced_text
