"""How fast the first model is here: shown while it is measured, and left at any time."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.tui.model_fakes import OneScreen, drive, until
from textual.app import App
from textual.widgets import Static

from inhouse.tui.screens.measurement import Measure, MeasurementScreen
from inhouse_models.chat import ModelError
from inhouse_models.measuring.asking import Follow
from inhouse_models.proposal.report import Section

Snapshot = Callable[[App[Any], str], None]
FOUND = Section(
    "Measured",
    (
        "Writes 8.1 and reads 61.0 tokens a second: 128 written, 512 read, without drafts.",
        "This hardware should write 17.0 and read 120.0.",
        "That is 48 % of it. The likely cause:",
        "- other programs take 1.1 of the 2 cores",
    ),
)
BROKEN = ModelError("load", "The model [bold]x[/] cannot be loaded.")


def screen_with(measure: Measure) -> OneScreen[None]:
    return OneScreen(lambda: MeasurementScreen("qwen2.5-coder-1.5b", measure))


def found_in(app: App[Any]) -> str:
    return str(app.screen.query_one("#found", Static).render())


@pytest.mark.parametrize(
    ("outcome", "said"), [(FOUND, "- other programs take"), (BROKEN, "✗ The model [bold]x[/]")]
)
def test_it_is_shown_and_enter_goes_on(
    outcome: Section | ModelError, said: str, snapshot: Snapshot
) -> None:
    go_on = asyncio.Event()

    async def measure(follow: Follow) -> Section | ModelError:
        follow("measuring", 3, 12)
        await go_on.wait()
        return outcome

    async def test() -> None:
        app = screen_with(measure)
        async with app.run_test(size=(90, 20)) as pilot:
            await until(pilot, lambda: "reading and writing  25 %" in found_in(app))
            await pilot.press("enter")
            assert app.results == [], "there is nothing to have read"
            go_on.set()
            await until(pilot, lambda: said in found_in(app))
            if outcome is FOUND:
                snapshot(app, "first_run/measured_90")
            await pilot.press("enter")
            await until(pilot, lambda: app.results == [None])

    drive(test)


def test_escape_goes_on_and_ends_the_measurement() -> None:
    ended = asyncio.Event()

    async def measure(_follow: Follow) -> Section | ModelError:
        try:
            return await asyncio.Future[Section]()
        finally:
            ended.set()

    async def test() -> None:
        app = screen_with(measure)
        async with app.run_test(size=(90, 20)) as pilot:
            await until(pilot, lambda: "loading qwen2.5-coder-1.5b" in found_in(app))
            await pilot.press("escape")
            await until(pilot, lambda: app.results == [None])
            await ended.wait()

    drive(test)
