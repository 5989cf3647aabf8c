"""The list above the editor: files, symbols, commands, shell commands."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.tui.composer_app import FILES, ComposerApp, Sources, press, settle, write
from textual.pilot import Pilot

from inhouse.tui.composer import completer
from inhouse.tui.composer.completion import Wanted, wanted_at
from inhouse.tui.composer.composer import Composer
from inhouse.tui.composer.mentions import Mentions, spell, summary
from inhouse.tui.composer.sources import Cost

Act = Callable[[Pilot[None], ComposerApp], Awaitable[None]]


def drive(folder: Path, act: Act, *, sources: Sources | None = None) -> ComposerApp:
    async def run() -> ComposerApp:
        app = ComposerApp(sources or Sources(folder), folder)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await act(pilot, app)
            await settle(pilot)
        return app

    return asyncio.run(run())


def labels(app: ComposerApp) -> list[str]:
    return [str(choice.label) for choice in app.composer.choices.choices]


def asides(app: ComposerApp) -> list[str]:
    return [str(choice.aside) for choice in app.composer.choices.choices]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@", Wanted("mention", "", 0)),
        ("see @src/cl", Wanted("mention", "src/cl", 4)),
        ("(@a", Wanted("mention", "a", 1)),
        ("me@home", None),
        ("@a b", None),
        ("/", Wanted("command", "", 0)),
        ("/co", Wanted("command", "co", 0)),
        ("/compact now", None),
        ("a /co", None),
        ("!git", Wanted("shell", "git", 0)),
        ("!", None),
        ("plain", None),
    ],
)
def test_what_could_be_completed(text: str, wanted: Wanted | None) -> None:
    assert wanted_at([text], 0, len(text)) == wanted


def test_a_file_is_mentioned(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "look at @hand")
        assert labels(app) == ["src/server/handler.py"]
        assert asides(app) == ["~2,100 tokens"]
        await press(pilot, "enter")
        await settle(pilot)
        assert app.composer.editor.text == "look at @src/server/handler.py "
        assert not app.composer.choices.display
        assert str(app.composer.frame.border_subtitle) == "1 file · 2,100 tokens"
        await press(pilot, "enter")
        await settle(pilot)
        assert str(app.composer.frame.border_subtitle) == ""

    path = "src/server/handler.py"
    messages = drive(tmp_path, act).messages
    assert messages == [Composer.Mentioned(path), Composer.Submitted(f"look at {path} ")]


def test_several_files_are_counted_together(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "@README.md, @src/client.py and @nobody")
        assert str(app.composer.frame.border_subtitle) == "2 files · 2,200 tokens"

    drive(tmp_path, act)


def test_a_path_with_spaces_can_be_mentioned(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "@notes")
        await press(pilot, "tab")
        await settle(pilot)
        assert app.composer.editor.text == "@my notes.txt "
        # What is no text has no cost.
        assert str(app.composer.frame.border_subtitle) == "1 file"
        await press(pilot, "enter")

    assert Composer.Submitted("my notes.txt ") in drive(tmp_path, act).messages


def test_a_folder_goes_on_being_completed(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "@server")
        assert labels(app)[0] == "src/server/"
        await press(pilot, "tab")
        await settle(pilot)
        assert app.composer.editor.text == "@src/server/"
        assert "src/server/session.py" in labels(app)

    assert drive(tmp_path, act).messages == []


def test_a_symbol_is_named_in_quotes_of_code(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "why does @fetch")
        assert labels(app) == ["Client.fetch  method"]
        assert asides(app) == ["client.py:40"]
        await press(pilot, "tab")
        assert app.composer.editor.text == "why does `Client.fetch` "

    assert drive(tmp_path, act).messages == []


def test_keys_move_and_escape_closes_until_another_word(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "@")
        count = len(labels(app))
        assert count > 8 and app.composer.choices.size.height == 8
        await press(pilot, "up")
        assert app.composer.choices.highlighted == count - 1
        assert app.composer.choices.seen[-1] is app.composer.choices.choices[-1]
        await press(pilot, "down")
        assert app.composer.choices.highlighted == 0
        await press(pilot, "escape")
        assert not app.composer.choices.display and app.left == []
        await write(pilot, "s")
        assert not app.composer.choices.display
        await press(pilot, "escape")
        assert app.left == ["escape"]
        await write(pilot, " @s")
        assert app.composer.choices.display

    drive(tmp_path, act)


def test_the_mouse_chooses(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "/re")
        assert labels(app)[1].startswith("/resume")
        await pilot.click(app.composer.choices, offset=(5, 1))
        await settle(pilot)
        assert app.composer.editor.text == "/resume "
        assert app.composer.editor.has_focus

    assert drive(tmp_path, act).messages == []


def test_commands_run_or_wait_for_what_they_take(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "/he")
        await press(pilot, "enter")
        await settle(pilot)
        await write(pilot, "/ren")
        await press(pilot, "enter")
        assert app.composer.editor.text == "/rename "
        await press(pilot, "enter")
        await settle(pilot)
        await write(pilot, "/comp")
        await press(pilot, "tab")
        await write(pilot, "the tests")
        await press(pilot, "enter")
        await settle(pilot)
        # Two letters out of order find it as well.
        await write(pilot, "/rsm")
        assert [label.split()[0] for label in labels(app)] == ["/resume"]

    assert drive(tmp_path, act).messages == [
        Composer.CommandRequested("help", ""),
        Composer.CommandRequested("rename", ""),
        Composer.CommandRequested("compact", "the tests"),
    ]


def test_shell_history_is_offered_but_enter_sends_what_is_written(tmp_path: Path) -> None:
    sources = Sources(tmp_path, ["!git status", "!git diff", "git is a tool", "!ls"])

    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "!git")
        assert labels(app) == ["git diff", "git status"]
        assert app.composer.choices.current is None
        await press(pilot, "enter")
        await settle(pilot)
        await write(pilot, "!git")
        await press(pilot, "down", "down", "enter")
        assert app.composer.editor.text == "!git status"
        await press(pilot, "enter")

    assert drive(tmp_path, act, sources=sources).messages == [
        Composer.ShellRequested("git"),
        Composer.ShellRequested("git status"),
    ]


def test_names_that_cannot_be_shown_are_not_offered(tmp_path: Path) -> None:
    sources = Sources(tmp_path)
    sources.listed = ("good.py", "bad\x1b[31m.py", "\udcff.py")

    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "@py")
        assert labels(app) == ["good.py"]

    drive(tmp_path, act, sources=sources)


def test_a_key_does_not_wait_for_a_slow_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completer, "SETTLE_SECONDS", 0.01)
    sources = Sources(tmp_path)
    sources.may_list.clear()

    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        app.composer.editor.type("see @client")
        await pilot.pause()
        await press(pilot, "enter")
        while not app.messages:
            await pilot.pause()
        sources.may_list.set()

    messages = drive(tmp_path, act, sources=sources).messages
    assert messages == [Composer.Submitted("see @client")]


def test_tab_leaves_the_editor_when_there_is_nothing_to_take(tmp_path: Path) -> None:
    async def act(pilot: Pilot[None], app: ComposerApp) -> None:
        await write(pilot, "plain")
        await press(pilot, "tab")
        assert app.composer.editor.text == "plain"

    drive(tmp_path, act)


def test_mentions_in_a_text() -> None:
    mentions = Mentions().with_path("my notes.txt")
    text = "see @src/client.py, (@README.md) @my notes.txt @src/client.pyc a@README.md"
    assert [path for _, _, path in mentions.spans(text, FILES)] == [
        "src/client.py",
        "README.md",
        "my notes.txt",
    ]
    assert mentions.plain(text, FILES) == (
        "see src/client.py, (README.md) my notes.txt @src/client.pyc a@README.md"
    )


def test_the_sum_says_what_is_only_estimated() -> None:
    costs = {"a": Cost(1_000), "b": Cost(240, exact=False), "c": None}
    assert summary([], costs) == ""
    assert summary(["a"], costs) == "1 file · 1,000 tokens"
    assert summary(["a", "b"], costs) == "2 files · ~1,240 tokens"
    assert summary(["c", "d"], costs) == "2 files"
    assert spell(Cost(1)) == "1 token"
