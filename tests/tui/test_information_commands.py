"""/help, /stats, /context, /status, /doctor, /theme and /copy in the whole application."""

import asyncio
from pathlib import Path

import pytest
from tests.tui.whole_app import Stage, make_folder, running

from inhouse.settings_file import read_file
from inhouse.sources import user_file
from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.information import NO_ANSWER, NO_CODE, WHICH
from inhouse.tui.key_groups import key_groups
from inhouse.tui.screens.context import ContextScreen
from inhouse.tui.screens.doctor import DoctorScreen
from inhouse.tui.screens.help import HelpScreen, key_facts
from inhouse.tui.screens.page import Page
from inhouse.tui.screens.stats import StatsScreen
from inhouse.tui.screens.status import StatusScreen
from inhouse.tui.screens.themes import ThemePicker
from inhouse_models.scripted import ScriptedModel, call, say

ANSWER = "It adds up prices:\n\n```python\ntotal(items)\n```\n"


def model() -> ScriptedModel:
    return ScriptedModel((call("read", file_path="cart.py"), say(ANSWER)), after=say("Yes."))


async def page_text(stage: Stage, name: str, kind: type[Page], wanted: str) -> str:
    """What the page of this command says, once this is part of it; it is closed again."""
    await stage.app.action_run_command(name)
    await stage.until(lambda: isinstance(stage.app.screen, kind))
    page = stage.app.screen
    assert isinstance(page, kind)
    await stage.until(lambda: wanted in page.copied_text())
    text = page.copied_text()
    await stage.pilot.press("escape")
    await stage.until(lambda: stage.app.screen is not page)
    return text


def test_pages_say_what_holds_in_the_session(tmp_path: Path) -> None:
    async def look() -> None:
        async with running(make_folder(tmp_path), model()) as stage:
            await stage.turn("What does it do?")
            status = await page_text(stage, "status", StatusScreen, "Settings that")
            assert "scripted" in status
            assert "sandbox off: commands may do anything you may" in status
            context = await page_text(stage, "context", ContextScreen, "tokens")
            assert "tool results" in context
            assert "of 8,192 tokens" in context
            stats = await page_text(stage, "stats", StatsScreen, "All sessions of this folder (1)")
            assert "read 1" in stats
            shown = await page_text(stage, "help", HelpScreen, "/context")
            assert "Shift+Tab" in shown
            doctor = await page_text(stage, "doctor", DoctorScreen, "python")
            assert "missing model" in doctor

    asyncio.run(look())


def test_a_theme_is_kept_in_the_persons_settings(tmp_path: Path) -> None:
    async def choose() -> None:
        async with running(make_folder(tmp_path), model()) as stage:
            await stage.app.action_run_command("theme", "mist")
            await stage.until(lambda: stage.app.theme == "mist")
            await stage.until(lambda: user_file().exists())
            assert read_file(user_file(), owned=True) == {"theme": "mist"}
            await stage.app.action_run_command("theme")
            await stage.until(lambda: isinstance(stage.app.screen, ThemePicker))
            await stage.pilot.press("down")
            await stage.until(lambda: stage.app.theme == "coal")
            await stage.pilot.press("enter")
            await stage.until(lambda: read_file(user_file(), owned=True) == {"theme": "coal"})
            assert stage.app.live.wish is not None
            assert stage.app.live.wish.settings.theme == "coal"
            await stage.app.action_run_command("theme", "no-such")
            await stage.until(lambda: "There is no theme 'no-such'" in stage.texts())
            assert stage.app.theme == "coal"

    asyncio.run(choose())


@pytest.mark.parametrize(
    ("which", "copied"),
    [("", ANSWER), ("code", "total(items)\n"), ("1", ANSWER)],
)
def test_copying_an_answer(tmp_path: Path, which: str, copied: str) -> None:
    async def copy() -> None:
        async with running(make_folder(tmp_path), model()) as stage:
            await stage.turn("What does it do?")
            await stage.app.action_run_command("copy", which)
            await stage.until(lambda: stage.app.clipboard == copied)

    asyncio.run(copy())


def test_what_cannot_be_copied_is_said(tmp_path: Path) -> None:
    async def copy() -> None:
        plain = ScriptedModel((say("No code here."),))
        async with running(make_folder(tmp_path), plain) as stage:
            for which, said in (("", NO_ANSWER), ("all", WHICH)):
                await stage.app.action_run_command("copy", which)
                await stage.until(lambda said=said: said in stage.texts())
            await stage.turn("Well?")
            await stage.app.action_run_command("copy", "code")
            await stage.until(lambda: NO_CODE in stage.texts())
            assert len([*stage.app.query(NoticeBlock)]) >= 3
            assert stage.app.clipboard == ""

    asyncio.run(copy())


def test_help_shows_the_keys_of_every_place() -> None:
    shown = {group.heading: key_facts(group) for group in key_groups()}
    assert "Interrupt; twice: rewind" in [fact.value for fact in shown["Everywhere"].facts]
    assert "Enter" in [fact.name for fact in shown["Writing"].facts]
    assert all(group.facts for group in shown.values())
