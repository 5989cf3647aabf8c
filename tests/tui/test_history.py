"""What was sent before: the file, and the search over it."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tui.composer_app import ComposerApp, Sources, press, settle
from textual.app import App

from inhouse.tui.composer import prompt_history
from inhouse.tui.composer.chips import Paste, Written
from inhouse.tui.composer.prompt_history import MOST_ENTRIES, SPARE_ENTRIES, PromptHistory
from inhouse.tui.screens.history import EMPTY, NO_MATCH, HistoryScreen

TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1)


def texts(history: PromptHistory) -> list[str]:
    return [one.text for one in history.entries()]


@given(st.lists(TEXTS.filter(lambda text: bool(text.strip())), max_size=12))
def test_what_was_added_is_read_again_without_repetition(
    tmp_path_factory: pytest.TempPathFactory, added: list[str]
) -> None:
    file = tmp_path_factory.mktemp("history") / "prompts.jsonl"
    history = PromptHistory(file)
    for one in added:
        assert history.add(Written(one)) is None
    expected = [one for at, one in enumerate(added) if at == 0 or added[at - 1] != one]
    assert texts(history) == expected
    assert texts(PromptHistory(file)) == expected


def test_chips_are_kept_and_blank_text_is_not(tmp_path: Path) -> None:
    file = tmp_path / "projects" / "a" / "prompts.jsonl"
    history = PromptHistory(file)
    chip = Paste("a\nb\x1b")
    history.add(Written("see [x]", {"[x]": chip, "[gone]": Paste("")}))
    history.add(Written("  \n"))
    assert PromptHistory(file).entries() == [Written("see [x]", {"[x]": chip})]
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_torn_and_foreign_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_bytes(b'{"text": "one"}\nnonsense\n[1]\n{"text": 5}\n\xff\n{"text": "tor')
    history = PromptHistory(file)
    assert texts(history) == ["one"]
    history.add(Written("two"))
    assert texts(PromptHistory(file)) == ["one", "two"]


def test_two_that_write_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    first, second = PromptHistory(file), PromptHistory(file)
    for number in range(5):
        first.add(Written(f"first {number}"))
        second.add(Written(f"second {number}"))
    assert sorted(texts(PromptHistory(file))) == sorted(
        f"{name} {number}" for name in ("first", "second") for number in range(5)
    )


def test_the_oldest_go_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prompts.jsonl"
    total = MOST_ENTRIES + SPARE_ENTRIES
    lines = [json.dumps({"text": str(number)}) + "\n" for number in range(total)]
    file.write_text("".join(lines))
    history = PromptHistory(file)
    assert len(history.entries()) == MOST_ENTRIES
    history.add(Written("new"))
    kept = file.read_text().splitlines()
    assert len(kept) == MOST_ENTRIES
    assert json.loads(kept[0])["text"] == str(SPARE_ENTRIES + 1)
    monkeypatch.setattr(prompt_history, "MOST_BYTES", 1_000)
    history.add(Written("x" * 300))
    assert file.stat().st_size < 600
    assert texts(PromptHistory(file))[-1] == "x" * 300


def test_a_fault_is_said_once_and_the_entry_is_there(tmp_path: Path) -> None:
    file = tmp_path / "file" / "prompts.jsonl"
    (tmp_path / "file").write_text("in the way")
    history = PromptHistory(file)
    problem = history.add(Written("one"))
    assert problem is not None and str(file) in problem.text
    assert history.add(Written("two")) is None
    assert texts(history) == ["one", "two"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("")
    file = tmp_path / "prompts.jsonl"
    file.symlink_to(other)
    assert PromptHistory(file).add(Written("one")) is not None
    assert other.read_text() == ""


def test_ctrl_r_finds_and_takes(tmp_path: Path) -> None:
    sent = ["fix the parser", "!git status", "write\na test", "/compact", "fix the lexer"]

    async def run() -> None:
        app = ComposerApp(Sources(tmp_path, sent), tmp_path)
        async with app.run_test() as pilot:
            await press(pilot, "ctrl+r")
            screen = app.screen
            assert isinstance(screen, HistoryScreen)
            shown = [str(choice.label) for choice in screen.shown]
            assert shown == ["fix the lexer", "/compact", "write a test", "!git status", sent[0]]
            await press(pilot, *"fix", "ctrl+r", "enter")
            await settle(pilot)
            assert app.composer.text == "fix the parser"
            await press(pilot, "ctrl+r", *"wrtst", "enter")
            await settle(pilot)
            assert app.composer.text == "write\na test"
            await press(pilot, "ctrl+r", *"zzz")
            assert isinstance(app.screen, HistoryScreen)
            assert str(app.screen.message) == NO_MATCH
            await press(pilot, "enter", "escape")
            assert not isinstance(app.screen, HistoryScreen)
            assert app.composer.text == "write\na test"
            assert app.composer.editor.has_focus

    asyncio.run(run())


def test_the_mouse_takes_an_entry(tmp_path: Path) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path, ["one", "two"]), tmp_path)
        async with app.run_test() as pilot:
            await press(pilot, "ctrl+r")
            await pilot.click("#history-found", offset=(4, 1))
            await settle(pilot)
            assert app.composer.text == "one"

    asyncio.run(run())


def test_nothing_sent_yet_is_said() -> None:
    async def run() -> None:
        app = App[None]()
        async with app.run_test(size=(40, 12)) as pilot:
            screen = HistoryScreen([])
            await app.push_screen(screen)
            await pilot.pause()
            assert str(screen.message) == EMPTY

    asyncio.run(run())
