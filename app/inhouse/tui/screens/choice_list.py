"""A list to choose from, without a frame: the chosen row is told by its ground and its weight."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class ChoiceList(OptionList):
    """Options are `Content`, so that nothing in them is read as markup."""

    DEFAULT_CSS = """
    ChoiceList {
        height: auto;
        border: none;
        padding: 0;
        background: transparent;
        background-tint: transparent;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-hover { background: transparent; }
        & > .option-list--option-highlighted {
            background: $panel;
            color: $foreground;
            text-style: none;
        }
        &:focus {
            border: none;
            background-tint: transparent;
            & > .option-list--option-highlighted {
                background: $panel;
                color: $foreground;
                text-style: bold;
            }
        }
        &:ansi > .option-list--option-highlighted { text-style: bold; }
        &:ansi:focus > .option-list--option-highlighted { text-style: bold underline; }
    }
    """
    SIDES: ClassVar[int] = 2
    """Cells that a row has less than the list."""

    @property
    def row_width(self) -> int:
        """Cells that a row may take."""
        return max(0, self.scrollable_content_region.width - self.SIDES)

    def fill(self, names: Sequence[str], wanted: str) -> None:
        """Make room for a row for each name, and choose the wanted one or else the first.

        What stands in the rows is set when their width is known.
        """
        self.set_options([Option(Content("")) for _name in names])
        if names:
            self.highlighted = names.index(wanted) if wanted in names else 0

    def draw(self, rows: Sequence[Content]) -> None:
        """What stands in the rows now."""
        for at, row in enumerate(rows):
            self.replace_option_prompt_at_index(at, row)
