"""Whether a folder is trusted is asked before anything of it is obeyed, and typing is no answer."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.app.trust.projects_to_trust import loaded, repository, write
from tests.tui.screen_stage import Opened, Picture, look, on_stage
from textual.app import App
from textual.widgets import Static

from inhouse.settings import Settings
from inhouse.trust import is_trusted, standing_of, trust
from inhouse.trust.finding import Finding
from inhouse.trust.question import TrustQuestion, question_for
from inhouse.trust.survey import survey
from inhouse.tui.app import InhouseApp
from inhouse.tui.opening import Opening
from inhouse.tui.screens.trust import TrustScreen
from inhouse.wishing import Wanted, make_wish
from inhouse_models.chat import ModelClient
from inhouse_models.scripted import ScriptedModel, say

Snapshot = Callable[[App[Any], str], None]
EVIL = "run\x1b]0;x\x07 [@click=app.quit]\u202e`\n1 Trust"


def ignore(_text: str) -> None:
    """Nothing is typed here."""


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def later() -> Callable[[], float]:
    """A clock that is always far enough on for a key to be an answer."""
    clock = Clock()

    def tell() -> float:
        clock.now += 1
        return clock.now

    return tell


def question(again: bool = False, asked: tuple[Finding, ...] = ()) -> TrustQuestion:
    project = Path.home() / "code" / "shop"
    checks = Finding(
        "check", "check ruff", "pyproject.toml", ("check ruff runs `ruff check` after edits",), "d"
    )
    if again:
        return TrustQuestion(project, project, (checks,), again=True)
    found = (
        Finding(
            "settings",
            "settings",
            ".inhouse/config.toml",
            (
                "check lint runs `make lint`",
                "language server py starts `pylsp -v`",
                "a task counts as done when `make check && ./scripts/all --of --it` succeeds",
            ),
            "d",
        ),
        checks,
        Finding(
            "git",
            "git core.fsmonitor",
            ".git/config",
            ("git runs `./watch` (core.fsmonitor)",),
            "d",
        ),
    )
    told = (
        Finding(
            "other", "a", ".mcp.json", ("MCP server files would run `npx -y files`: not used",)
        ),
        Finding("other", "b", "AGENTS.md", ("the model reads it; it can permit nothing",)),
    )
    return TrustQuestion(project, project, asked or found, told)


def test_pictures(snapshot: Snapshot) -> None:
    def shown(*pictures: Picture) -> Callable[[Opened], Any]:
        async def act(opened: Opened) -> None:
            for picture in pictures:
                await look(opened, picture)
                snapshot(opened.app, f"trust/{picture.name}")

        return act

    evil = Finding("settings", "settings", EVIL, (EVIL,), "d")
    on_stage(
        [
            (
                lambda: TrustScreen(question(), ignore, later()),
                shown(
                    Picture("first_100", (100, 30)),
                    Picture("first_60", (60, 30)),
                    Picture("first_short", (60, 16)),
                    Picture("first_light", (100, 30), theme="paper"),
                    Picture("first_light_60", (60, 30), theme="paper"),
                    Picture("chosen_100", (100, 30), ("up", "up")),
                ),
            ),
            (
                lambda: TrustScreen(question(again=True), ignore, later()),
                shown(Picture("again_100", (100, 30)), Picture("again_60", (60, 30))),
            ),
            (
                lambda: TrustScreen(question(asked=(evil,)), ignore, later()),
                shown(Picture("hostile_60", (60, 30))),
            ),
        ]
    )


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (["1"], "trust"),
        (["2"], "once"),
        (["3"], "not now"),
        (["4"], "never"),
        (["escape"], "not now"),
        (["enter"], "not now"),
        (["up", "enter"], "once"),
        (["down", "enter"], "never"),
        (["down", "down", "enter"], "trust"),
    ],
)
def test_keys_answer(keys: list[str], wanted: str) -> None:
    async def act(opened: Opened) -> None:
        await opened.pilot.press(*keys)
        await opened.until(lambda: bool(opened.results))
        assert opened.results == [wanted]

    on_stage([(lambda: TrustScreen(question(), ignore, later()), act)])


def test_a_click_answers() -> None:
    async def act(opened: Opened) -> None:
        await opened.pilot.click("#answers", offset=(5, 0))
        await opened.until(lambda: bool(opened.results))
        assert opened.results == ["trust"]

    on_stage([(lambda: TrustScreen(question(), ignore, later()), act)])


def test_what_is_still_typed_is_given_back() -> None:
    clock = Clock()
    typed: list[str] = []

    async def act(opened: Opened) -> None:
        for key in ("1", "0", "enter", "x"):
            clock.now += 0.2
            await opened.pilot.press(key)
        assert typed == ["1", "0", "x"]
        assert opened.results == []
        clock.now += 0.4
        await opened.pilot.press("2")
        await opened.until(lambda: bool(opened.results))
        assert opened.results == ["once"]

    on_stage([(lambda: TrustScreen(question(), typed.append, clock), act)])


def test_nothing_of_the_folder_plays_with_the_screen() -> None:
    evil = Finding("settings", "settings", EVIL, (EVIL,), "d")

    async def act(opened: Opened) -> None:
        shown = [str(one.render()) for one in opened.app.screen.query(Static)]
        assert not any(char in text for text in shown for char in "\x1b\x07\u202e")
        assert any("[@click=app.quit]" in text for text in shown)
        assert not any("\n1 Trust" in text for text in shown)

    on_stage([(lambda: TrustScreen(question(asked=(evil,)), ignore, later()), act)])


class Started:
    """The whole app in a folder as a person starts it, with a scripted model."""

    def __init__(self, root: Path, key: str) -> None:
        self.root = root
        self.key = key
        self.asked = False
        self.settings = Settings()
        self.notices = ""

    def run(self) -> "Started":
        asyncio.run(self._run())
        return self

    async def _run(self) -> None:
        async def connect(_settings: Settings, _progress: object) -> ModelClient:
            return ScriptedModel((say("Hello."),))

        wanted = Wanted(self.root, "ask")
        opening = Opening(
            self.root,
            lambda: make_wish(wanted),
            connect_model=connect,
            find_question=lambda: question_for(self.root),
        )
        app = InhouseApp(opening, later())
        async with app.run_test(size=(100, 30)) as pilot, asyncio.timeout(60):
            while app.live.state == "starting":
                await pilot.pause()
                if isinstance(app.screen, TrustScreen):
                    # Nothing is read before the answer.
                    assert app.live.wish is None
                    self.asked = True
                    await pilot.press(self.key)
            assert app.live.wish is not None
            await app.presenter.settled()
            self.settings = app.live.wish.settings
            self.notices = "\n".join(block.copied_text() for block in app.conversation.blocks)


@pytest.mark.parametrize(
    ("key", "trusted", "once"),
    [("1", True, False), ("2", True, True), ("escape", False, False), ("4", False, False)],
)
def test_the_app_asks_before_it_reads(tmp_path: Path, key: str, trusted: bool, once: bool) -> None:
    root = loaded(tmp_path / "repo")
    first = Started(root, key).run()
    assert first.asked
    assert is_trusted(root) == trusted
    assert standing_of(root).once == once
    assert (first.settings.verify == "make check") == trusted
    assert ("ignored" in first.notices) != trusted
    # Who said "not now" is asked again.
    assert Started(root, "escape").run().asked == (key == "escape")


def test_where_nothing_would_be_obeyed_nobody_is_asked(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(root / "AGENTS.md", "Be brief.\n")
    started = Started(root, "1").run()
    assert not started.asked
    assert not is_trusted(root)


def test_what_changed_is_asked_about_again(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    trust(root)
    assert not Started(root, "1").run().asked
    write(root / ".inhouse" / "config.toml", 'verify = "other"\n')
    assert Started(root, "escape").run().settings.verify == ""
    assert Started(root, "1").run().settings.verify == "other"
    assert all(standing_of(root).obeys(one) for one in survey(root) if one.obeyed)
