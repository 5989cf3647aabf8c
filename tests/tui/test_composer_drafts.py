"""What stands in the editor survives."""

import asyncio
import os
from pathlib import Path

from tests.tui.composer_app import ComposerApp, Sources, press, settle, write

from inhouse.tui.composer.chips import Paste, Written
from inhouse.tui.composer.draft import Draft

# No process has this number.
GONE = 2**22 + 1
LEFT = Written("half a [x]", {"[x]": Paste("thought\n")})


def test_a_draft_of_a_process_that_is_gone_is_offered_once(tmp_path: Path) -> None:
    Draft(tmp_path, GONE).save(LEFT)
    draft = Draft(tmp_path)
    assert draft.restore() == LEFT
    assert [file.name for file in tmp_path.iterdir()] == [f"{os.getpid()}.json"]
    assert draft.file.stat().st_mode & 0o777 == 0o600
    draft.remove()
    assert Draft(tmp_path).restore() is None


def test_the_newest_comes_first_and_the_others_wait(tmp_path: Path) -> None:
    for age, process in ((100, GONE), (50, GONE + 1)):
        draft = Draft(tmp_path, process)
        draft.save(Written(str(age)))
        os.utime(draft.file, (1_000_000 - age, 1_000_000 - age))
    assert Draft(tmp_path).restore() == Written("50")
    Draft(tmp_path).remove()
    assert Draft(tmp_path).restore() == Written("100")


def test_the_draft_of_another_that_runs_is_left_alone(tmp_path: Path) -> None:
    other = Draft(tmp_path, os.getppid())
    other.save(LEFT)
    mine = Draft(tmp_path)
    assert mine.restore() is None
    mine.save(Written("mine"))
    assert other.file.exists() and mine.file.exists()
    mine.save(Written(" "))
    assert not mine.file.exists()


def test_what_is_no_draft_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / f"{GONE}.json").write_text("{")
    (tmp_path / "notes.json").write_text('{"text": "not a draft"}')
    assert Draft(tmp_path).restore() is None
    assert (tmp_path / "notes.json").exists()


def test_a_fault_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    draft = Draft(tmp_path / "file" / "drafts")
    problem = draft.save(LEFT)
    assert problem is not None and "Cannot write" in problem.text
    assert draft.save(LEFT) is None
    assert draft.restore() is None


def test_text_comes_back_after_the_app_has_ended(tmp_path: Path) -> None:
    async def write_only() -> None:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await write(pilot, "not sent")

    async def send() -> ComposerApp:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await settle(pilot)
            assert app.composer.text == "not sent"
            assert "is back" in str(app.composer.note.content) and app.composer.note.display
            await press(pilot, "enter")
            await settle(pilot)
        return app

    asyncio.run(write_only())
    assert len([*(tmp_path / "drafts").iterdir()]) == 1
    assert len(asyncio.run(send()).messages) == 1
    assert [*(tmp_path / "drafts").iterdir()] == []


def test_a_draft_is_saved_while_one_writes(tmp_path: Path) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await write(pilot, "crash")
            file = app.composer.sources.drafts.file
            while not file.exists():
                await pilot.pause(0.02)
            assert "crash" in file.read_text()

    asyncio.run(run())
