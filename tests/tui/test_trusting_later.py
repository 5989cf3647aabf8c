"""/trust shows what the folder brings along, asks, and the open session goes on by the answer."""

import asyncio
from itertools import count
from pathlib import Path

import pytest
from tests.app.trust.projects_to_trust import loaded
from tests.tui.whole_app import Stage

from inhouse.settings import Settings
from inhouse.trust import deny, is_trusted, standing_of
from inhouse.trust.report import report_of
from inhouse.trust.survey import survey
from inhouse.tui.app import InhouseApp
from inhouse.tui.opening import Opening
from inhouse.tui.screens.trust import TrustScreen
from inhouse.wishing import Wanted, make_wish
from inhouse_models.chat import ModelClient
from inhouse_models.scripted import ScriptedModel, say


async def open_and_trust(root: Path, key: str, *prompts: str) -> tuple[str, str, str]:
    """What /trust has shown, and the setting `verify` before and after the answer."""

    async def connect(_settings: Settings, _progress: object) -> ModelClient:
        return ScriptedModel((say("Hello."),))

    seconds = count()
    wanted = Wanted(root, "ask", given={"sandbox": "off"})
    opening = Opening(root, lambda: make_wish(wanted), connect_model=connect)
    app = InhouseApp(opening, lambda: float(next(seconds)))
    async with app.run_test(size=(100, 40)) as pilot, asyncio.timeout(60):
        stage = Stage(app, pilot)
        await stage.until(lambda: app.live.state == "ready")
        for prompt in prompts:
            await stage.turn(prompt)
        assert app.live.wish is not None and app.live.built is not None
        before, session = app.live.wish.settings.verify, app.live.built.session.id
        app.live.set_mode("plan")
        await stage.send("/trust")
        await stage.until(lambda: isinstance(app.screen, TrustScreen))
        shown = stage.texts()
        await pilot.press(key)
        await stage.until(lambda: not any(one.name == "/trust" for one in app.workers))
        assert (app.live.state, app.live.mode) == ("ready", "plan")
        assert (app.live.built.session.id == session) == (bool(prompts) or key == "escape")
        return shown, before, app.live.wish.settings.verify


@pytest.mark.parametrize(("key", "trusted"), [("1", True), ("2", True), ("escape", False)])
def test_the_folder_is_trusted_from_the_screen(tmp_path: Path, key: str, trusted: bool) -> None:
    root = loaded(tmp_path / "repo")
    report = report_of(root, standing_of(root), survey(root))
    shown, before, after = asyncio.run(open_and_trust(root, key, "hi"))
    assert report in shown
    assert (before, after) == ("", "make check" if trusted else "")
    assert is_trusted(root) == trusted


def test_who_said_never_may_change_their_mind_and_no_question_need_have_been_asked(
    tmp_path: Path,
) -> None:
    root = loaded(tmp_path / "repo")
    deny(root)
    shown, before, after = asyncio.run(open_and_trust(root, "1"))
    assert "never trusted" in shown
    assert (before, after) == ("", "make check")
    assert is_trusted(root)
