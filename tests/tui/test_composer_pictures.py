"""How the composer looks, as pictures."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.tui.composer_app import ComposerApp, Sources, press, settle, write
from tests.tui.conftest import Snapshot
from textual import events
from textual.pilot import Pilot

Act = Callable[[Pilot[None], ComposerApp], Awaitable[None]]
SENT = ("fix the parser", "!git diff --stat", "!git status", "explain\nthe lexer to me")


async def empty(pilot: Pilot[None], app: ComposerApp) -> None:
    await settle(pilot)


async def text(pilot: Pilot[None], app: ComposerApp) -> None:
    await write(pilot, "Why does @src/client.py retry three times, and `Client.fetch` never?")


async def several_lines(pilot: Pilot[None], app: ComposerApp) -> None:
    app.composer.put("Please change three things:\n\n- the name\n\t- its tests\n- [the] docs")
    await settle(pilot)


async def shell(pilot: Pilot[None], app: ComposerApp) -> None:
    await write(pilot, "!git")
    await press(pilot, "down")


async def command(pilot: Pilot[None], app: ComposerApp) -> None:
    await write(pilot, "/re")


async def unknown(pilot: Pilot[None], app: ComposerApp) -> None:
    await write(pilot, "/hepl")
    await press(pilot, "escape", "enter")


async def mention(pilot: Pilot[None], app: ComposerApp) -> None:
    await write(pilot, "Compare @README.md with @cli")
    await press(pilot, "down")


async def chips(pilot: Pilot[None], app: ComposerApp) -> None:
    file = app.composer.root / "photo.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(8) + struct.pack(">II", 1024, 768))
    await write(pilot, "What is wrong in ")
    app.post_message(events.Paste("a log\n" * 120))
    await settle(pilot)
    await write(pilot, " and in ")
    app.post_message(events.Paste(str(file)))
    await settle(pilot)


async def queued(pilot: Pilot[None], app: ComposerApp) -> None:
    app.composer.busy = True
    app.composer.queue = ["now run the tests", "and then write a longer text " * 5]
    await settle(pilot)


async def history(pilot: Pilot[None], app: ComposerApp) -> None:
    await press(pilot, "ctrl+r", *"the")


async def blurred(pilot: Pilot[None], app: ComposerApp) -> None:
    app.screen.set_focus(None)
    await settle(pilot)


STATES: dict[str, Act] = {
    act.__name__: act
    for act in (
        empty,
        text,
        several_lines,
        shell,
        command,
        unknown,
        mention,
        chips,
        queued,
        history,
        blurred,
    )
}


NARROW = {"text", "command", "mention", "chips", "queued"}
SIZES = {"100": (100, 16), "60": (60, 16), "40": (40, 12)}


@pytest.mark.parametrize("state", STATES)
def test_it_looks_as_it_should(tmp_path: Path, snapshot: Snapshot, state: str) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path, SENT), tmp_path)
        async with app.run_test(size=SIZES["100"]) as pilot:
            await pilot.pause()
            await STATES[state](pilot, app)
            await settle(pilot)
            snapshot(app, f"composer/{state}-100")
            for width in ("60", "40") if state in NARROW else ():
                await pilot.resize_terminal(*SIZES[width])
                await settle(pilot)
                snapshot(app, f"composer/{state}-{width}")

    asyncio.run(run())


def test_it_is_as_clear_on_a_light_screen(tmp_path: Path, snapshot: Snapshot) -> None:
    async def run() -> None:
        app = ComposerApp(Sources(tmp_path, SENT), tmp_path)
        app.theme = "textual-light"
        async with app.run_test(size=SIZES["100"]) as pilot:
            await chips(pilot, app)
            await write(pilot, " @cli")
            await settle(pilot)
            snapshot(app, "composer/light-100")

    asyncio.run(run())
