"""Every key of the composer."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.tui.composer_app import ComposerApp, Sources, press, settle, write
from textual import events
from textual.pilot import Pilot

from inhouse.tui.composer.composer import BUSY_HINTS, HINT, Composer

Act = Callable[[Pilot[None], ComposerApp], Awaitable[None]]


def drive(
    folder: Path, act: Act, *, size: tuple[int, int] = (80, 24), sources: Sources | None = None
) -> ComposerApp:
    """An app after something was done in it."""

    async def run() -> ComposerApp:
        app = ComposerApp(sources or Sources(folder), folder)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await act(pilot, app)
            await settle(pilot)
        return app

    return asyncio.run(run())


@contextmanager
def stand_still(app: ComposerApp) -> Generator[None]:
    """As if the terminal were handed over."""
    app.left.append("terminal")
    yield


def submitted(text: str, *, steer: bool = False) -> Composer.Submitted:
    return Composer.Submitted(text, (), steer)


def test_enter_sends_and_clears(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "fix the bug")
        await press(pilot, "enter")
        assert app.composer.text == ""

    app = drive(tmp_path, act)
    assert app.messages == [submitted("fix the bug")]
    assert [one.text for one in app.composer.sources.history.entries()] == ["fix the bug"]


def test_nothing_is_sent_when_nothing_is_written(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await press(pilot, "enter", "space", "enter", "ctrl+u")
        await write(pilot, "!")
        await press(pilot, "enter")

    assert drive(tmp_path, act).messages == []


@pytest.mark.parametrize("key", ["shift+enter", "ctrl+j", "alt+enter", "shift+\r"])
def test_new_line_keys(tmp_path: Path, key: str) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "a")
        if key.endswith("\r"):
            app.composer.editor.post_message(events.Key(key, "\r"))
        else:
            await press(pilot, key)
        await write(pilot, "b")
        assert app.composer.text == "a\nb"
        assert app.composer.editor.size.height == 2

    assert drive(tmp_path, act).messages == []


def test_a_backslash_before_enter_is_a_new_line(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        app.composer.put("first\\")
        await press(pilot, "enter", "b", "enter")

    assert drive(tmp_path, act).messages == [submitted("first\nb")]


def test_up_and_down_walk_the_history_and_keep_what_is_written(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "draft")
        await press(pilot, "up")
        assert app.composer.text == "two\nlines"
        await press(pilot, "up")
        assert app.composer.text == "one"
        await press(pilot, "up")
        assert app.composer.text == "one"
        await press(pilot, "down")
        assert app.composer.text == "two\nlines"
        await press(pilot, "down")
        assert app.composer.text == "draft"
        await press(pilot, "down")
        assert app.composer.text == "draft"

    drive(tmp_path, act, sources=Sources(tmp_path, ["one", "two\nlines"]))


def test_a_changed_entry_stays_changed_while_walking(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await press(pilot, "up", "x", "up", "down")
        assert app.composer.text == "twox"

    drive(tmp_path, act, sources=Sources(tmp_path, ["one", "two"]))


def test_up_moves_within_lines_first(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        app.composer.put("a\nb")
        await press(pilot, "up")
        assert app.composer.editor.cursor_location == (0, 1)
        await press(pilot, "down")
        assert app.composer.editor.cursor_location == (1, 1)

    drive(tmp_path, act, sources=Sources(tmp_path, ["one"]))


def test_shell_keys(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        editor = app.composer.editor
        app.composer.put("make the --long-flag go")
        await press(pilot, "ctrl+w")
        assert editor.text == "make the --long-flag "
        await press(pilot, "ctrl+w")
        assert editor.text == "make the "
        await press(pilot, "ctrl+y")
        assert editor.text == "make the --long-flag "
        await press(pilot, "ctrl+a", "X")
        assert editor.text == "Xmake the --long-flag "
        await press(pilot, "alt+f", "Y")
        assert editor.text == "XmakeY the --long-flag "
        await press(pilot, "ctrl+e", "alt+b", "ctrl+k")
        assert editor.text == "XmakeY the --long-"
        await press(pilot, "ctrl+u")
        assert editor.text == ""
        await press(pilot, "ctrl+underscore")
        assert editor.text == "XmakeY the --long-"

    drive(tmp_path, act)


def test_cutting_at_the_start_of_a_line_joins_it(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        app.composer.put("a\nb")
        await press(pilot, "ctrl+a", "ctrl+u")
        assert app.composer.text == "ab"
        app.composer.put("a\nb")
        await press(pilot, "up", "ctrl+e", "ctrl+k")
        assert app.composer.text == "ab"

    drive(tmp_path, act)


def test_ctrl_c_clears_and_is_left_to_the_app_when_there_is_nothing(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "unwanted")
        await press(pilot, "ctrl+c")
        assert app.composer.text == "" and app.left == []
        await press(pilot, "ctrl+underscore")
        assert app.composer.text == "unwanted"
        await press(pilot, "ctrl+c", "ctrl+c")
        assert app.left == ["ctrl+c"]

    drive(tmp_path, act)


def test_ctrl_c_copies_what_is_selected(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "copy me")
        await press(pilot, "shift+left", "shift+left", "ctrl+c")
        assert app.clipboard == "me"
        await press(pilot, "ctrl+x")
        assert app.composer.text == "copy "

    drive(tmp_path, act)


def test_ctrl_d_deletes_and_is_left_to_the_app_when_there_is_nothing(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "ab")
        await press(pilot, "ctrl+a", "ctrl+d", "ctrl+d", "ctrl+d")
        assert app.composer.text == ""

    assert drive(tmp_path, act).left == ["ctrl+d"]


def test_escape_is_left_to_the_app(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "text")
        await press(pilot, "escape")
        assert app.composer.text == "text"

    assert drive(tmp_path, act).left == ["escape"]


def test_ctrl_s_steers_only_into_a_running_turn(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "first")
        await press(pilot, "ctrl+s")
        app.composer.busy = True
        await write(pilot, "second")
        await press(pilot, "ctrl+s")
        await write(pilot, "third")
        await press(pilot, "enter")

    messages = drive(tmp_path, act).messages
    assert messages == [submitted("first"), submitted("second", steer=True), submitted("third")]


@pytest.mark.parametrize(("width", "hint"), [(100, 0), (56, 1), (40, 2)])
def test_the_hint_says_what_the_keys_do_now(tmp_path: Path, width: int, hint: int) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        app.composer.busy = True
        await pilot.pause()
        assert str(app.composer.editor.placeholder) == BUSY_HINTS[hint]
        app.composer.busy = False
        app.composer.hint = "Say yes"
        await pilot.pause()
        assert str(app.composer.editor.placeholder) == "Say yes"

    assert HINT.startswith("Ask")
    drive(tmp_path, act, size=(width, 24))


def test_the_editor_grows_to_a_third_of_the_screen(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        assert app.composer.editor.size.height == 1
        app.composer.put("\n" * 40)
        await pilot.pause()
        assert app.composer.editor.size.height == 7
        await pilot.resize_terminal(80, 60)
        await pilot.pause()
        assert app.composer.editor.size.height == 10
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert app.composer.editor.size.height == 4
        row = app.composer.editor.cursor_location[0]
        await press(pilot, "pageup")
        assert app.composer.editor.cursor_location[0] < row
        await press(pilot, "pagedown")
        assert app.composer.editor.cursor_location[0] == row

    drive(tmp_path, act, size=(80, 21))


def test_alt_up_takes_back_what_waits(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        app.composer.busy = True
        await write(pilot, "later")
        await press(pilot, "enter")
        app.composer.queue = ["sooner", "later"]
        await pilot.pause()
        await write(pilot, "new")
        await press(pilot, "alt+up")
        assert app.composer.text == "later\nnew"
        assert list(app.composer.queue) == ["sooner"]

    app = drive(tmp_path, act)
    assert app.messages == [submitted("later"), Composer.Unqueued("later")]


def test_shell_commands_and_slash_commands(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        for content in ("!git status ", "/rename a better name", "//x is a comment", "/usr/bin is"):
            app.composer.put(content)
            await pilot.pause()
            await press(pilot, "enter")

    assert drive(tmp_path, act).messages == [
        Composer.ShellRequested("git status"),
        Composer.CommandRequested("rename", "a better name"),
        submitted("//x is a comment"),
        submitted("/usr/bin is"),
    ]


def test_an_unknown_command_stays_and_a_near_one_is_named(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "/modle big")
        assert app.composer.frame.mark == "/"
        await press(pilot, "enter")
        assert app.composer.text == "/modle big"
        assert app.composer.note.display
        assert "Did you mean /model" in str(app.composer.note.content)
        await write(pilot, "s")
        assert not app.composer.note.display

    assert drive(tmp_path, act).messages == []


def test_the_mark_follows_the_text(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        marks: list[str] = []
        for content in ("hello", "!ls", "/help", "/usr/bin", ""):
            app.composer.put(content)
            await pilot.pause()
            marks.append(app.composer.frame.mark)
        assert marks == [">", "!", "/", ">", ">"]

    drive(tmp_path, act)


def test_the_external_editor_writes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text("#!/bin/sh\nprintf ' and more\\n' >> \"$1\"\n")
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setattr(ComposerApp, "suspend", stand_still)

    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "begun")
        await press(pilot, "ctrl+g")
        await settle(pilot)
        assert app.composer.text == "begun and more"
        monkeypatch.setenv("VISUAL", str(tmp_path / "missing"))
        await press(pilot, "ctrl+g")
        await settle(pilot)
        assert app.composer.text == "begun and more"
        assert "export EDITOR" in str(app.composer.note.content)

    drive(tmp_path, act)


def test_a_terminal_that_cannot_be_handed_over_is_said(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await press(pilot, "ctrl+g")
        await settle(pilot)
        assert "handed over" in str(app.composer.note.content)

    drive(tmp_path, act)
