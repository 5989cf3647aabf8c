"""The chosen row of a list can be told in a terminal with 16 colours too, where grounds are not."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.row_list import RowList
from inhouse.tui.themes import register_themes

NAMES = ("alpha", "beta", "gamma")


def draw(row: int, *, chosen: bool) -> Sequence[Content]:
    del chosen
    return (Content(NAMES[row]),)


def choice_list() -> ChoiceList:
    return ChoiceList(*(Content(name) for name in NAMES))


def row_list() -> RowList:
    return RowList(draw, height=1)


class Lists(App[None]):
    def __init__(self, widget: ChoiceList | RowList, theme: str) -> None:
        super().__init__(ansi_color=theme.startswith("terminal"))
        self.wanted = theme
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = self.wanted
        if isinstance(self.widget, RowList):
            self.widget.show(len(NAMES), 0)
        else:
            self.widget.highlighted = 0
        self.widget.focus()


async def underlined_rows(widget: ChoiceList | RowList, theme: str) -> list[str]:
    """The names whose row is underlined."""
    app = Lists(widget, theme)
    async with app.run_test(size=(30, 6)) as pilot:
        await pilot.press("down")
        await pilot.pause()
        lines = [widget.render_line(y) for y in range(len(NAMES))]
        return [
            name
            for name in NAMES
            for strip in lines
            for segment in strip
            if name in segment.text and segment.style is not None and segment.style.underline
        ]


@pytest.mark.parametrize("make", [choice_list, row_list])
def test_the_chosen_row_is_underlined_where_there_are_only_16_colours(
    make: Callable[[], ChoiceList | RowList],
) -> None:
    assert asyncio.run(underlined_rows(make(), "terminal-dark")) == ["beta"]
    assert asyncio.run(underlined_rows(make(), "terminal-light")) == ["beta"]
    assert asyncio.run(underlined_rows(make(), "ink")) == []
