"""The screen of all changes: files, keys, reading again, nothing to show."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.tui.conftest import Snapshot
from tests.tui.diff_samples import DATES, GONE, NEW, SEVERAL
from tests.tui.model_fakes import workers_end
from tests.tui.screen_rows import rows_of
from textual.app import App

from inhouse.live.worktree_changes import WorkTreeChanges
from inhouse.tui.blocks.block import Block
from inhouse.tui.diff.file_list import FileList
from inhouse.tui.diff.view import DiffView
from inhouse.tui.screens.diff import DiffScreen, Source
from inhouse.tui.themes import register_themes

CHANGES = WorkTreeChanges(SEVERAL, against="the last commit on main")


class ScreenApp(App[None]):
    """Shows one screen; keeps what it wants to copy."""

    def __init__(self, theme: str = "ink") -> None:
        super().__init__()
        self.copied: list[str] = []
        register_themes(self)
        self.theme = theme

    def on_block_copied(self, event: Block.Copied) -> None:
        self.copied.append(event.text)


def use(
    source: Source,
    act: Callable[[Any], Awaitable[None]],
    size: tuple[int, int] = (100, 20),
    theme: str = "ink",
) -> None:
    async def run() -> None:
        app = ScreenApp(theme)
        async with app.run_test(size=size) as pilot:
            await app.push_screen(DiffScreen(source))
            await workers_end(pilot)
            await act(pilot)

    asyncio.run(run())


def test_keys_go_through_files_and_lines() -> None:
    async def act(pilot: Any) -> None:
        view = pilot.app.screen.query_one(DiffView)
        files = pilot.app.screen.query_one(FileList)
        assert (
            rows_of(pilot.app)[0] == "Changes  4 files  +9 \u22125  against the last commit on main"
        )
        assert view.file.path == "src/dates.py"
        await pilot.press("n")
        assert view.file.text == NEW
        await pilot.press("n", "n", "n", "n")
        assert (view.file.path, files.chosen) == ("logo.png", 3)
        await pilot.press("p", "c")
        assert pilot.app.copied == [GONE]
        await pilot.press("p", "p", "j", "j")
        await pilot.pause()
        assert view.file.text == DATES
        assert view.parent is not None
        assert view.parent.scroll_offset.y == 2
        await pilot.press("k")
        assert view.parent.scroll_offset.y == 1
        await pilot.press("G")
        assert any("dict[date, int]" in row for row in rows_of(pilot.app))
        await pilot.press("g", "d")
        assert view.is_split
        await pilot.click(files, offset=(3, 2))
        await pilot.pause()
        assert view.file.text == GONE
        await pilot.press("q")
        assert not isinstance(pilot.app.screen, DiffScreen)

    use(CHANGES, act, (100, 12))


def test_it_is_read_again() -> None:
    answers = [WorkTreeChanges(DATES), WorkTreeChanges(NEW + GONE, "1 file in conflict.")]

    async def source() -> WorkTreeChanges:
        return answers.pop(0)

    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app)[0] == "Changes  1 file  +4 \u22123"
        await pilot.press("r")
        await workers_end(pilot)
        assert rows_of(pilot.app)[:2] == ["Changes  2 files  +5 \u22122", "1 file in conflict."]

    use(source, act)


def test_without_changes_it_says_so() -> None:
    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app)[:2] == ["Changes", "Nothing differs from the last commit."]
        assert pilot.app.screen.query_one(DiffView).size.height == 0 or len(rows_of(pilot.app)) == 3
        await pilot.press("n", "d", "j", "c", "escape")
        assert pilot.app.copied == []

    use(WorkTreeChanges(), act)

    async def see_why(pilot: Any) -> None:
        assert rows_of(pilot.app)[1] == "x is in no git repository. [b]Make one[/b]"

    use(WorkTreeChanges(note="x is in no git repository. [b]Make one[/b]"), see_why)


def test_it_works_on_the_smallest_terminal() -> None:
    async def act(pilot: Any) -> None:
        rows = rows_of(pilot.app)
        assert any(row.startswith("> dates.py  +4 \u22123") for row in rows)
        assert any(row.startswith("src/dates.py") for row in rows)

    use(CHANGES, act, (40, 14))


@pytest.mark.parametrize("width", [60, 100, 160])
def test_picture(width: int, snapshot: Snapshot) -> None:
    async def act(pilot: Any) -> None:
        snapshot(pilot.app, f"screens/diff-{width}")

    use(CHANGES, act, (width, 26))


def test_picture_in_light(snapshot: Snapshot) -> None:
    async def act(pilot: Any) -> None:
        snapshot(pilot.app, "screens/diff-light")

    use(CHANGES, act, (160, 26), "paper")
