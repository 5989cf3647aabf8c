"""/model and /settings in the whole application, and the way to a first model."""

import asyncio
from pathlib import Path

import pytest
from tests.tui.whole_app import Stage, make_folder, running

from inhouse.build import Built
from inhouse.live.downloads import FetchProblem, Progress
from inhouse.sources import user_file
from inhouse.tui.commands.models import downloads_of
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.first_run import FirstRunScreen, Way
from inhouse.tui.screens.measurement import MeasurementScreen
from inhouse.tui.screens.models import ModelPicker
from inhouse.tui.screens.settings import SettingsScreen
from inhouse_models.chat import ModelError
from inhouse_models.proposal.report import Section
from inhouse_models.scripted import ScriptedModel, say

NO_MODEL = ModelError("no_model", "No model is on this machine yet.")


async def command(stage: Stage, text: str, screen: type) -> None:
    await stage.send(text)
    await stage.until(lambda: isinstance(stage.app.screen, screen))


async def reopened(stage: Stage, before: Built) -> Built:
    """What is built anew: when the screen goes, the old one is still there, and ready."""
    live = stage.app.live
    await stage.until(lambda: live.state == "ready" and live.built is not before)
    assert live.built is not None
    return live.built


def model_of(stage: Stage) -> str:
    wish = stage.app.live.wish
    return wish.settings.model if wish is not None else ""


def test_without_a_model_a_person_is_led_to_one_or_looks_around(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, NO_MODEL) as stage:
            await stage.until(lambda: isinstance(stage.app.screen, FirstRunScreen))
            await stage.pilot.press("escape")
            await stage.until(lambda: "No model is on this machine" in stage.texts())
            await command(stage, "/model", ModelPicker)
            await stage.pilot.press("escape")
            await stage.until(lambda: stage.app.focused is not None)

    asyncio.run(run())


def test_the_first_model_is_measured_before_the_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path)
    asked: list[tuple[str, int]] = []

    async def measure(name: str, context: int, _settings: object, _follow: object) -> Section:
        asked.append((name, context))
        return Section("Measured", ("Writes 8.1 tokens a second.",))

    monkeypatch.setattr("inhouse.setting_up.measuring.measure_by_name", measure)

    async def run() -> None:
        async with running(folder, NO_MODEL) as stage:
            await stage.until(lambda: isinstance(stage.app.screen, FirstRunScreen))
            stage.app.screen.dismiss(Way("model", "mine", 16_384))
            await stage.until(lambda: isinstance(stage.app.screen, MeasurementScreen))
            await stage.until(lambda: asked == [("mine", 16_384)])
            await stage.pilot.press("escape")
            # The session was opened with it; here it has no model still.
            await stage.until(lambda: isinstance(stage.app.screen, FirstRunScreen))
            assert 'model = "mine"' in written()
            assert "context = 16384" in written()
            await stage.pilot.press("escape")
            await stage.until(lambda: "No model is on this machine" in stage.texts())

    asyncio.run(run())


def test_the_picker_switches_and_the_same_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path)
    pulled: list[str] = []

    async def fetch(name: str, _progress: Progress) -> str | FetchProblem:
        pulled.append(name)
        return name

    monkeypatch.setattr("inhouse.live.downloads.fetch_beside", fetch)

    async def run() -> None:
        async with running(folder, ScriptedModel((say("One."), say("Two.")))) as stage:
            await stage.turn("first")
            built = stage.app.live.built
            assert built is not None
            await command(stage, "/model", ModelPicker)
            rows = stage.app.screen.query_one(ChoiceList)
            await stage.until(lambda: rows.option_count > 3)
            await stage.pilot.press("home", "enter")
            await stage.until(lambda: not isinstance(stage.app.screen, ModelPicker))
            again = await reopened(stage, built)
            assert (again.session.id, model_of(stage)) == (built.session.id, pulled[0])
            await stage.turn("second")
            assert "Two." in stage.texts()

    asyncio.run(run())


def test_settings_hold_in_the_session_that_is_open(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    async def run() -> None:
        async with running(folder, ScriptedModel((say("One."), say("Two.")))) as stage:
            await stage.turn("first")
            built = stage.app.live.built
            assert built is not None
            await command(stage, "/settings commit_turns", SettingsScreen)
            rows = stage.app.screen.query_one("#rows", ChoiceList)
            await stage.until(lambda: rows.option_count > 10)
            await stage.pilot.press("enter", "home", "enter")
            await stage.until(lambda: "commit_turns = true" in written())
            await stage.pilot.press("escape")
            await stage.until(lambda: not isinstance(stage.app.screen, SettingsScreen))
            again, wish = await reopened(stage, built), stage.app.live.wish
            assert wish is not None
            assert wish.settings.commit_turns
            assert wish.settings.sandbox == "off"
            assert again.session.id == built.session.id
            await stage.turn("second")
            assert "Two." in stage.texts()

    asyncio.run(run())


def written() -> str:
    """The person's own file."""
    return user_file().read_text() if user_file().exists() else ""


def test_a_download_behind_the_conversation_says_that_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path)
    told: list[str] = []

    async def fail(_name: str, _progress: Progress) -> str | FetchProblem:
        return FetchProblem("It is broken.", "Try again.")

    def tell(message: str, **_options: object) -> None:
        told.append(message)

    monkeypatch.setattr("inhouse.live.downloads.fetch_beside", fail)

    async def run() -> None:
        async with running(folder, ScriptedModel((say("One."),))) as stage:
            monkeypatch.setattr(stage.app, "notify", tell)
            downloads = downloads_of(stage.app)
            assert downloads_of(stage.app) is downloads
            downloads.start("large")
            await stage.until(lambda: len(told) == 1)
            assert told[0] == "It is broken.\nTry again."

    asyncio.run(run())
