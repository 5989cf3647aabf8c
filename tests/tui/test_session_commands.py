"""The slash commands about sessions and about going back, in the whole application."""

import asyncio
from pathlib import Path

from tests.tui.whole_app import Stage, make_folder, running, standing_still

from inhouse.tui.commands.sessions import pick_first
from inhouse.tui.screens.confirm import ConfirmScreen
from inhouse.tui.screens.rewind import RewindScreen
from inhouse.tui.screens.sessions import SessionPicker
from inhouse.tui.screens.undo import UndoScreen
from inhouse_agent.events import TurnStarted
from inhouse_agent.session import Session, list_sessions
from inhouse_models.scripted import ScriptedModel, call, say


def model() -> ScriptedModel:
    """Two turns, each of which writes a file."""
    return ScriptedModel(
        (
            call("write", file_path="a.txt", content="a\n"),
            say("A is there."),
            call("write", file_path="b.txt", content="b\n"),
            say("B is there."),
        ),
        after=say("Again."),
    )


async def command(stage: Stage, name: str, arguments: str = "") -> None:
    """A slash command, until it has done its work or shows a screen."""
    await stage.app.action_run_command(name, arguments)
    await stage.pilot.pause()
    await stage.until(
        lambda: (
            len(stage.app.screen_stack) > 1
            or not any(one.name == f"/{name}" and not one.is_finished for one in stage.app.workers)
        )
    )
    await stage.settle()


def identifier(stage: Stage) -> str:
    built = stage.app.live.built
    assert built is not None
    return built.session.id


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("?.txt"))


def test_sessions_are_named_exported_left_and_resumed(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, model(), mode="yolo") as stage:
            await stage.turn("write a")
            first = identifier(stage)
            await command(stage, "rename", "The  first one")
            assert list_sessions()[0].title == "The first one"
            await command(stage, "rename")
            assert "is called “The first one”." in stage.texts()
            await command(stage, "export")
            assert f"the-first-one-{first}.md" in stage.texts()
            await command(stage, "export", "page.html")
            assert (folder / "page.html").read_text().startswith("<!doctype html>")
            await command(stage, "export", "html page.html")
            assert "page.html exists already" in stage.texts()
            await command(stage, "new")
            assert identifier(stage) != first
            assert "A is there." not in stage.texts()
            await command(stage, "resume", "ffff")
            assert "There is no session ffff" in stage.texts()
            elsewhere = Session.create(tmp_path, "model")
            held = Session.create(folder, "model")
            assert isinstance(elsewhere, Session) and isinstance(held, Session)
            await command(stage, "resume", elsewhere.id)
            assert f"belongs to {tmp_path}" in stage.texts()
            open_now = identifier(stage)
            await command(stage, "resume", held.id)
            assert "is open in another" in stage.texts()
            await command(stage, "resume", open_now)
            assert "This is the session that is open." in stage.texts()
            assert identifier(stage) == open_now
            held.close()
            elsewhere.close()
            await command(stage, "resume", first[:6])
            assert identifier(stage) == first
            assert "A is there." in stage.texts()
            await command(stage, "fork")
            assert identifier(stage) != first
            assert f"This is a copy of session {first}" in stage.texts()
            assert "A is there." in stage.texts()

    asyncio.run(run())
    # Nothing was said in the new one, so it left nothing.
    assert len(list_sessions()) == 4


def test_a_branch_is_picked_and_goes_on(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, model(), mode="yolo") as stage:
            await stage.turn("write a")
            await stage.turn("write b")
            await command(stage, "rewind")
            await stage.pilot.press("2")
            await stage.until(lambda: "Went back to before" in stage.texts())
            await stage.turn("something else")
            assert "B is there." not in stage.texts()
            first = identifier(stage)
            await command(stage, "sessions")
            assert isinstance(stage.app.screen, SessionPicker)
            picker = stage.app.screen
            await stage.until(lambda: len(picker.rows) == 2)
            await stage.pilot.press("down", "enter")
            await stage.until(lambda: "B is there." in stage.texts())
            assert identifier(stage) == first
            assert "Again." not in stage.texts()
            built = stage.app.live.built
            assert built is not None
            assert [one.text for one in built.history][-1] == "B is there."
            # It is left without a word, and goes on there all the same.
            await command(stage, "new")
            await command(stage, "resume", first)
            assert "B is there." in stage.texts()
            assert "Again." not in stage.texts()

    asyncio.run(run())


def test_the_program_begins_with_the_picker(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    held = Session.create(folder, "model")
    assert isinstance(held, Session)
    held.append(TurnStarted("held", "ask", "model"))

    async def run() -> None:
        async with running(folder, model()) as stage:
            first = identifier(stage)
            await stage.app.live.leave()
            stage.app.run_worker(pick_first(stage.app))
            await stage.until(lambda: isinstance(stage.app.screen, SessionPicker))
            picker = stage.app.screen
            assert isinstance(picker, SessionPicker)
            await stage.until(lambda: not picker.reading)
            place = [row.outline.id for row in picker.rows].index(held.id)
            await stage.pilot.press("home", *["down"] * place, "enter")
            await stage.until(lambda: stage.app.screen is not picker)
            await stage.until(lambda: isinstance(stage.app.screen, SessionPicker))
            assert stage.app.live.built is None
            await stage.pilot.press("escape")
            await stage.until(lambda: stage.app.live.built is not None)
            assert identifier(stage) not in (first, held.id)

    asyncio.run(run())
    held.close()


def test_escape_twice_rewinds_code_and_conversation(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, model(), clock=standing_still, mode="yolo") as stage:
            await stage.turn("write a")
            await stage.turn("write b")
            assert names(folder) == ["a.txt", "b.txt"]
            await stage.pilot.press("escape", "escape")
            await stage.until(lambda: isinstance(stage.app.screen, RewindScreen))
            await stage.pilot.press("enter", "enter")
            await stage.until(lambda: stage.app.composer.text == "write b")
            await stage.until(lambda: "Took back “write b”: removed b.txt" in stage.texts())
            assert names(folder) == ["a.txt"]
            assert "B is there." not in stage.texts()
            assert "A is there." in stage.texts()

    asyncio.run(run())


def test_a_conflict_is_asked_about_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, model(), mode="yolo") as stage:
            await stage.turn("write a")
            (folder / "a.txt").write_text("mine\n")
            await command(stage, "rewind")
            await stage.pilot.press("1")
            await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
            await stage.pilot.press("n")
            await stage.until(lambda: len(stage.app.screen_stack) == 1)
            assert (folder / "a.txt").read_text() == "mine\n"
            assert "A is there." in stage.texts()
            await command(stage, "undo")
            assert isinstance(stage.app.screen, ConfirmScreen)
            await stage.pilot.press("y")
            await stage.until(lambda: names(folder) == [])
            await command(stage, "redo")
            assert (folder / "a.txt").read_text() == "mine\n"

    asyncio.run(run())


def test_turns_are_undone_and_done_again(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, model(), mode="yolo") as stage:
            await command(stage, "undo")
            assert "No turn was recorded here yet." in stage.texts()
            await stage.turn("write a")
            await stage.turn("write b")
            await command(stage, "undo")
            assert "Took back “write b”: removed b.txt" in stage.texts()
            assert names(folder) == ["a.txt"]
            await command(stage, "undo", "list")
            assert isinstance(stage.app.screen, UndoScreen)
            await stage.pilot.press("end", "enter")
            await stage.until(lambda: names(folder) == [])
            await command(stage, "redo", "2")
            assert names(folder) == ["a.txt", "b.txt"]
            await command(stage, "undo", "1 2")
            assert "/undo takes a number of turns" in stage.texts()
            await command(stage, "undo", "zz")
            assert "No turn that can be moved begins with zz" in stage.texts()

    asyncio.run(run())
