"""Long pastes are folded into chips and come out exactly as they were."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.tui.composer_app import ComposerApp, Sources, press, settle, write
from textual import events
from textual.pilot import Pilot

from inhouse.sanitise import sanitise
from inhouse.tui.composer.chips import (
    Chip,
    Paste,
    Picture,
    Written,
    fold,
    from_json,
    label_for,
    merge,
    needs_chip,
    to_json,
)
from inhouse.tui.composer.composer import Composer

LONG = "\n".join(f"line {number}" for number in range(120))
PIECES = st.one_of(
    st.text(max_size=30),
    st.text(min_size=1, max_size=4).map(lambda text: text * 300),
    st.sampled_from(["[pasted 3 lines #1]", "[pasted 1,200 characters #2]", "\n", "a\x1b[31mb"]),
)


def pasted(pieces: Sequence[str]) -> Written:
    """What the editor holds after each piece was pasted behind the last one."""
    text = ""
    chips: dict[str, Chip] = {}
    for piece in pieces:
        if needs_chip(piece, chips):
            chip = Paste(piece)
            label = label_for(chip, (text, *chips))
            chips[label] = chip
            text += label
        else:
            text += piece
    return Written(text, chips)


@given(st.lists(PIECES, max_size=6))
def test_what_was_pasted_is_sent_exactly(pieces: list[str]) -> None:
    written = pasted(pieces)
    # A label can arise from the ends of two short pieces; then nobody could tell them apart.
    assume(all(written.text.count(label) == 1 for label in written.chips))
    assert written.whole == "".join(pieces)
    assert sanitise(written.text) == written.text


@given(st.lists(PIECES, max_size=6))
def test_chips_survive_a_file(pieces: list[str]) -> None:
    written = pasted(pieces).used()
    assert from_json(json.loads(json.dumps(to_json(written)))) == written


@given(st.lists(st.lists(PIECES, max_size=3), max_size=3))
def test_merged_texts_keep_their_chips(parts: list[list[str]]) -> None:
    written = [pasted(part).used() for part in parts]
    assert merge(written).whole == "\n".join(one.whole for one in written)


@given(st.text())
def test_any_text_can_stand_in_the_editor(text: str) -> None:
    written = fold(text)
    assert sanitise(written.text) == written.text
    assert written.whole == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"text": 1},
        {"text": "a\x1b"},
        {"text": "a", "chips": []},
        {"text": "", "chips": {"a": 1}},
    ],
)
def test_other_json_is_nothing(value: object) -> None:
    assert from_json(value) is None


def test_titles_say_how_much_it_is() -> None:
    assert label_for(Paste(LONG), ()) == "[pasted 120 lines #1]"
    assert label_for(Paste("x" * 1_234), ("a #1]",)) == "[pasted 1,234 characters #2]"
    picture = Picture("/tmp/a.png", "a\x1b" + "b" * 60 + ".png", 10, 20)
    assert label_for(picture, ()).endswith("b.png 10\N{MULTIPLICATION SIGN}20 #1]")
    assert "\x1b" not in label_for(Picture("/a", "a\x1b.png", 1, 1), ())


async def paste(pilot: Pilot[None], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await settle(pilot)


def test_a_long_paste_is_a_chip_that_stays_whole(tmp_path: Path) -> None:
    async def run() -> ComposerApp:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            editor = app.composer.editor
            await write(pilot, "see ")
            await paste(pilot, LONG.replace("\n", "\r"))
            label = "[pasted 120 lines #1]"
            assert editor.text == f"see {label}"
            await press(pilot, "left")
            assert editor.cursor_location == (0, 4)
            await press(pilot, "right", "backspace")
            assert editor.text == "see "
            await press(pilot, "ctrl+underscore")
            assert editor.text == f"see {label}"
            await press(pilot, "ctrl+a", "alt+f", "alt+f", "alt+f", "x")
            assert label in editor.text
            await press(pilot, "backspace", "enter")
        return app

    assert asyncio.run(run()).messages == [Composer.Submitted(f"see {LONG}")]


def test_a_chip_can_be_unfolded(tmp_path: Path) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await paste(pilot, LONG)
            await press(pilot, "alt+o")
            assert app.composer.editor.text == LONG
            await press(pilot, "alt+o")
            assert "no pasted text" in str(app.composer.note.content)
            app.composer.editor.forget()
            await paste(pilot, "red \x1b[31m")
            assert app.composer.editor.text == "[pasted 9 characters #1]"
            await press(pilot, "alt+o")
            assert "control characters" in str(app.composer.note.content)
            assert app.composer.text == "red \x1b[31m"

    asyncio.run(run())


def test_pasted_text_gives_no_commands(tmp_path: Path) -> None:
    async def run() -> ComposerApp:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await paste(pilot, "!" + LONG)
            assert app.composer.frame.mark == ">"
            await press(pilot, "enter")
            await settle(pilot)
            await write(pilot, "!cat ")
            await paste(pilot, LONG)
            await press(pilot, "enter")
            await settle(pilot)
        return app

    messages = asyncio.run(run()).messages
    assert messages == [Composer.Submitted("!" + LONG), Composer.ShellRequested("cat " + LONG)]


def test_undoing_never_gives_another_text_for_a_chip(tmp_path: Path) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await paste(pilot, LONG)
            await press(pilot, "enter")
            await settle(pilot)
            await paste(pilot, LONG.upper())
            await press(pilot, "up")
            assert app.composer.text == LONG
            await press(pilot, "ctrl+underscore")
            assert app.composer.text == LONG
            await press(pilot, "down")
            assert app.composer.text == LONG.upper()

    asyncio.run(run())


def test_a_recalled_prompt_has_its_chips(tmp_path: Path) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path), tmp_path)
        async with app.run_test() as pilot:
            await paste(pilot, LONG)
            await press(pilot, "enter")
            await settle(pilot)
            await press(pilot, "up")
            assert app.composer.editor.text == "[pasted 120 lines #1]"
            assert app.composer.text == LONG

    asyncio.run(run())
