"""A screen of one narrow column in the middle, before there is a conversation."""

from typing import TypeVar

from textual.screen import Screen

Result = TypeVar("Result")


class ColumnScreen(Screen[Result]):
    """Its column is a VerticalScroll; what explains stands in Statics, keys in Hints."""

    DEFAULT_CSS = """
    ColumnScreen {
        align: center middle;
        background: $background;
        & > VerticalScroll {
            width: 100%;
            max-width: 84;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            scrollbar-size: 0 1;
        }
        Static, Hints { padding: 0 1; height: auto; }
        #title { text-style: bold; color: $primary; margin: 0 0 1 0; }
        #hints { margin: 1 0 0 0; }
    }
    """
