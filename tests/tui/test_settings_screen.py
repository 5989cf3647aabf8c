"""The screen of settings, over the person's real file in a temporary home."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.tui.model_fakes import OneScreen, drive, until
from textual.app import App
from textual.widgets import Input, Static

from inhouse.live.person_settings import (
    ENGINE_KEYS,
    NOT_SET,
    PersonSettings,
    SettingRow,
    choices_of,
    spell,
    with_changes,
)
from inhouse.settings import KEYS, SettingProblem, Settings
from inhouse.settings_removal import remove_value
from inhouse.sources import resolve, user_file
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.settings import SettingsScreen

if TYPE_CHECKING:
    from inhouse_tools.json_value import JsonValue

Snapshot = Callable[[App[Any], str], None]
MINE = '# my settings\nmodel = "starter"  # small\nthreads = 4\n\n[rules]\nallow = ["bash(ls*)"]\n'


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PersonSettings:
    """Own settings, one in the environment, and a session that was begun with a flag."""
    user_file().parent.mkdir(parents=True)
    user_file().write_text(MINE)
    monkeypatch.setenv("INHOUSE_THREADS", "2")
    resolved = resolve(tmp_path, os.environ, {})
    assert not isinstance(resolved, SettingProblem)
    in_force = resolved.settings.model_copy(update={"max_turns": 7})
    return PersonSettings(tmp_path, lambda: resolve(tmp_path, os.environ, {}), in_force)


class Few:
    """Some settings of a book: pictures must not change with each setting that is added."""

    names = (
        *("model", "projector", "mode", "endpoint", "max_turns", "timeout", "think", "drafting"),
        *("threads", "context", "map_tokens", "compact_at", "idle_minutes", "commit_turns"),
        *("commit_trailer", "checks", "sandbox", "rules.allow", "rules.ask", "rules.deny"),
    )

    def __init__(self, book: PersonSettings) -> None:
        self.file = book.file
        self.change, self.forget = book.change, book.forget
        self._book = book

    def rows(self) -> tuple[SettingRow, ...] | SettingProblem:
        found = {one.name: one for one in _rows(self._book)}
        return tuple(found[name] for name in self.names)


def rows(app: App[Any]) -> list[str]:
    return [str(one.prompt) for one in app.screen.query_one("#rows", ChoiceList).options]


def said(app: App[Any], selector: str) -> str:
    return str(app.screen.query_one(selector, Static).render())


async def go_to(app: App[Any], name: str, names: Sequence[str]) -> None:
    app.screen.query_one("#rows", ChoiceList).highlighted = list(names).index(name)


def test_every_setting_with_its_source(
    snapshot: Snapshot, book: PersonSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        for size, theme, name in (
            ((100, 38), "ink", "settings/all_100"),
            ((60, 30), "ink", "settings/all_60"),
            ((40, 12), "ink", "settings/all_40"),
            ((100, 38), "paper", "settings/light"),
        ):
            app = OneScreen(lambda: SettingsScreen(Few(book)), theme)
            async with app.run_test(size=size) as pilot:
                await until(pilot, lambda app=app: len(rows(app)) == len(Few.names))
                await go_to(app, "threads", Few.names)
                await pilot.pause()
                assert "Your own value 4 does not hold" in said(app, "#details")
                assert "INHOUSE_THREADS is stronger" in said(app, "#details")
                assert "starts the engine anew" in said(app, "#details")
                snapshot(app, name)
        by_name = {one.name: one for one in _rows(book)}
        assert by_name["model"].source == "yours"
        assert by_name["rules.allow"].value == '["bash(ls*)"]'
        assert (by_name["max_turns"].value, by_name["max_turns"].source) == ("7", "this session")
        assert by_name["timeout"].source == "default"

    drive(test)


def test_a_value_is_checked_and_kept_with_its_comments(
    snapshot: Snapshot, book: PersonSettings
) -> None:
    async def test() -> None:
        app = OneScreen(lambda: SettingsScreen(Few(book), "max_turns"))
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, lambda: len(rows(app)) == len(Few.names))
            await pilot.press("enter")
            field = app.screen.query_one("#value", Input)
            assert field.has_focus
            field.value = "0"
            await pilot.press("enter")
            await until(pilot, lambda: "is not valid" in said(app, "#problem"))
            assert user_file().read_text() == MINE
            await pilot.pause()
            snapshot(app, "settings/invalid")
            field.value = "30"
            await pilot.press("enter")
            await until(pilot, lambda: "max_turns = 30" in user_file().read_text())
            assert "# my settings" in user_file().read_text()
            assert "# small" in user_file().read_text()
            row = Few.names.index("max_turns")
            await until(pilot, lambda: "30" in rows(app)[row] and "yours" in rows(app)[row])
            await pilot.press("escape")
            await until(pilot, lambda: app.results == [frozenset({"max_turns"})])

    drive(test)


def test_few_values_are_chosen_and_a_value_is_forgotten(
    snapshot: Snapshot, book: PersonSettings
) -> None:
    async def test() -> None:
        app = OneScreen(lambda: SettingsScreen(Few(book), "mode"))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: len(rows(app)) == len(Few.names))
            await pilot.press("enter", "down", "down")
            await pilot.pause()
            assert app.screen.query_one(Hints).region in app.screen.region
            snapshot(app, "settings/choosing_24")
            await pilot.press("enter")
            await until(pilot, lambda: 'mode = "ask"' in user_file().read_text())
            await pilot.press("r")
            await until(pilot, lambda: "mode =" not in user_file().read_text())
            await pilot.press("escape")
            await until(pilot, lambda: app.results == [frozenset({"mode"})])

    drive(test)


def test_search_escape_and_what_is_written_by_hand(book: PersonSettings) -> None:
    async def test() -> None:
        app = OneScreen(lambda: SettingsScreen(book))
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, lambda: len(rows(app)) == len(KEYS))
            await pilot.press("slash", *"language_s")
            await until(pilot, lambda: len(rows(app)) == 1)
            await pilot.press("enter")
            assert "written by hand in" in said(app, "#problem")
            await pilot.press("escape")
            await until(pilot, lambda: len(rows(app)) == len(KEYS))
            await go_to(app, "verify", tuple(KEYS))
            await pilot.press("enter", "escape")
            assert app.results == []
            await pilot.press("escape")
            await until(pilot, lambda: app.results == [frozenset()])

    drive(test)


def test_a_wrong_rule_and_a_broken_file_are_said(book: PersonSettings) -> None:
    assert "rules.deny" in book.change("rules.deny", '["nonsense("]')
    user_file().write_text("model = [")

    async def test() -> None:
        app = OneScreen(lambda: SettingsScreen(book))
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, lambda: "is not valid TOML" in said(app, "#problem"))

    drive(test)
    assert "is not valid TOML" in book.change("threads", "3")
    assert "is not valid TOML" in book.forget("threads")


def test_removing_keeps_everything_else(book: PersonSettings) -> None:
    assert remove_value(user_file(), "threads") is None
    assert remove_value(user_file(), "threads") is None
    assert remove_value(user_file(), "rules.allow") is None
    assert remove_value(user_file(), "model.nothing") is None
    text = user_file().read_text()
    assert text == '# my settings\nmodel = "starter"  # small\n\n[rules]\n'


def test_values_choices_and_what_the_engine_is_started_with() -> None:
    assert choices_of("mode") == (NOT_SET, "plan", "ask", "auto-edit", "yolo")
    assert choices_of("commit_turns") == ("true", "false")
    assert choices_of("think") == (NOT_SET, "true", "false")
    assert choices_of("threads") == choices_of("rules.allow") == ()
    values: list[JsonValue] = [None, True, "", [], ["a b"], 0.85, {"x": 1}]
    assert [spell(one) for one in values] == ["", "true", "", "", '["a b"]', "0.85", "x"]
    assert set(KEYS) >= ENGINE_KEYS
    fresh = Settings(threads=3, max_turns=9)
    merged = with_changes(Settings(model="mine"), fresh, frozenset({"threads"}))
    assert (merged.model, merged.threads, merged.max_turns) == ("mine", 3, 100)


def _rows(book: PersonSettings) -> tuple[SettingRow, ...]:
    found = book.rows()
    assert not isinstance(found, SettingProblem)
    return found
