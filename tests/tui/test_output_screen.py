"""The screen with the whole output of a call: scrolling, searching, copying, large texts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.tui.conftest import Snapshot
from tests.tui.model_fakes import until
from tests.tui.screen_rows import rows_of
from textual.app import App

from inhouse.tui.blocks.block import Block
from inhouse.tui.output.text_view import TextView
from inhouse.tui.screens.output import OutputScreen
from inhouse.tui.themes import register_themes

TEXT = "".join(f"line {number} of the build\n" for number in range(200))


class ScreenApp(App[None]):
    """Shows one screen; keeps what it wants to copy."""

    def __init__(self) -> None:
        super().__init__()
        self.copied: list[str] = []

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "ink"

    def on_block_copied(self, event: Block.Copied) -> None:
        self.copied.append(event.text)


async def sees(pilot: Any, row: int, wanted: str) -> None:
    """Wait until this stands in a row: lines are laid out and searched in threads."""
    await until(pilot, lambda: wanted in "".join(rows_of(pilot.app)[row : row + 1]))


def use(
    text: str, act: Callable[[Any], Awaitable[None]], *, at_end: bool = False, width: int = 80
) -> None:
    async def run() -> None:
        app = ScreenApp()
        async with app.run_test(size=(width, 16)) as pilot:
            await app.push_screen(OutputScreen("bash make", text, at_end=at_end))
            await sees(pilot, 0, " line")
            await act(pilot)

    asyncio.run(run())


def test_it_begins_at_the_end_of_a_command_and_scrolls() -> None:
    async def act(pilot: Any) -> None:
        await until(pilot, lambda: "line 199 of the build" in rows_of(pilot.app))
        assert rows_of(pilot.app)[0].split() == ["bash", "make", "200", "lines"]
        await pilot.press("g")
        assert "line 0 of the build" in rows_of(pilot.app)
        await pilot.press("j", "j")
        assert rows_of(pilot.app)[1] == "line 2 of the build"
        await pilot.press("G")
        assert "line 199 of the build" in rows_of(pilot.app)

    use(TEXT, act, at_end=True)


def test_search_goes_from_hit_to_hit() -> None:
    async def act(pilot: Any) -> None:
        await pilot.press("slash", *"LINE 15")
        await sees(pilot, 0, "1 of 11")
        assert "line 15 of the build" in rows_of(pilot.app)
        await pilot.press("enter", "n")
        assert "2 of 11" in rows_of(pilot.app)[0]
        assert "line 150 of the build" in rows_of(pilot.app)
        await pilot.press("N", "N")
        assert "11 of 11" in rows_of(pilot.app)[0]
        assert "line 159 of the build" in rows_of(pilot.app)
        await pilot.press("slash", *"9x")
        await sees(pilot, 0, "not found")
        await pilot.press("escape")
        await until(pilot, lambda: "not found" not in rows_of(pilot.app)[0])
        assert isinstance(pilot.app.screen, OutputScreen)
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, OutputScreen)

    use(TEXT, act)


def test_all_of_it_is_copied() -> None:
    async def act(pilot: Any) -> None:
        await pilot.press("c")
        assert pilot.app.copied == [TEXT]

    use(TEXT, act)


def test_long_lines_are_wrapped_anew_when_the_terminal_changes() -> None:
    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app)[1:3] == ["x" * 36, "x" * 24]
        await pilot.resize_terminal(80, 16)
        await sees(pilot, 1, "x" * 60)

    use("x" * 60, act, width=40)


def test_hostile_output_is_only_text() -> None:
    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app)[1:3] == ["[@click=app.quit]x[/] \\x1b]52;c;aGk=\\x07", "\\x1b[2J"]

    use("[@click=app.quit]x[/] \x1b]52;c;aGk=\x07\n\x1b[2J", act)


def test_five_megabytes_are_shown_and_searched() -> None:
    text = "".join(f"{number:>9} {'words ' * 15}\n" for number in range(52_000))
    assert len(text) > 5_000_000

    async def act(pilot: Any) -> None:
        await sees(pilot, 0, "52,000 lines")
        view = pilot.app.screen.query_one(TextView)
        assert view.virtual_size.height == 104_000
        view.search("51998 words")
        await sees(pilot, 0, "1 of 1")

    use(text, act)


@pytest.mark.parametrize("width", [60, 100, 160])
def test_picture(width: int, snapshot: Snapshot) -> None:
    async def act(pilot: Any) -> None:
        await pilot.press("slash", *"15")
        await sees(pilot, 0, "1 of ")
        await pilot.pause()
        snapshot(pilot.app, f"screens/output-{width}")

    use(TEXT, act, width=width)
