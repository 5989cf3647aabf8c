"""The command /diff and the key of full output, in the whole application."""

import asyncio
from pathlib import Path

from tests.tools.git.repositories import repository
from tests.tui.screen_rows import rows_of
from tests.tui.whole_app import make_folder, running

from inhouse.tui.screens.diff import DiffScreen
from inhouse.tui.screens.output import OutputScreen
from inhouse_models.scripted import ScriptedModel, call, say

COUNT = call("bash", command="for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done")


def test_changes_are_shown_over_the_conversation(tmp_path: Path) -> None:
    repository(tmp_path / "shop", **{"a.txt": "one\n"})
    (tmp_path / "shop" / "a.txt").write_text("two\n")

    async def run() -> None:
        async with running(tmp_path / "shop", ScriptedModel(())) as stage:
            await stage.send("/diff")
            await stage.until(lambda: "Changes  1 file" in "\n".join(rows_of(stage.app)))
            assert isinstance(stage.app.screen, DiffScreen)
            rows = rows_of(stage.app)
            assert any(row.endswith("1 │- one") for row in rows)
            assert any(row.endswith("1 │+ two") for row in rows)
            await stage.pilot.press("escape")
            assert not isinstance(stage.app.screen, DiffScreen)

    asyncio.run(run())


def test_without_git_it_says_so(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, ScriptedModel(())) as stage:
            await stage.send("/diff")
            await stage.until(lambda: "git init" in "\n".join(rows_of(stage.app)))

    asyncio.run(run())


def test_all_output_of_the_last_command(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        model = ScriptedModel((COUNT, say("Counted.")))
        async with running(folder, model, mode="yolo") as stage:
            await stage.turn("count")
            assert "│ … 4 more lines" in rows_of(stage.app)
            await stage.pilot.press("ctrl+o")
            await stage.until(lambda: "line 1" in rows_of(stage.app))
            assert isinstance(stage.app.screen, OutputScreen)

    asyncio.run(run())


def test_changes_are_laid_out_as_the_person_set_it(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def rows_with(layout: str) -> list[str]:
        edit = call(
            "edit", file_path="cart.py", old_string='"""A cart."""', new_string='"""Carts."""'
        )
        back = call(
            "edit", file_path="cart.py", old_string='"""Carts."""', new_string='"""A cart."""'
        )
        model = ScriptedModel((call("read", file_path="cart.py"), edit, back, say("Done.")))
        async with running(folder, model, mode="auto-edit", diff=layout) as stage:
            await stage.turn("rename")
            return rows_of(stage.app)

    beside = asyncio.run(rows_with("split"))
    below = asyncio.run(rows_with("auto"))
    assert any('- """A cart."""' in row and '+ """Carts."""' in row for row in beside)
    assert not any('- """A cart."""' in row and '+ """Carts."""' in row for row in below)
    assert any('- """A cart."""' in row for row in below)
