"""/permissions: what it lists, what it removes, and how it looks."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from inhouse.live.rules_in_force import RuleInForce
from inhouse.tui.screens.permissions import PermissionsScreen
from inhouse.tui.themes import register_themes
from inhouse_agent.permission import Mode
from inhouse_agent.rules import Rule

Snapshot = Callable[[App[Any], str], None]
OWN, PROJECT = Path("/home/ada/config.toml"), Path("/work/shop/.inhouse/config.toml")
RULES = (
    RuleInForce(Rule("deny", "read", "secrets/**"), "start"),
    RuleInForce(Rule("allow", "bash", "git status*"), "user", OWN),
    RuleInForce(Rule("allow", "edit", "src/[a].py"), "session"),
    RuleInForce(Rule("ask", "bash", "make*"), "project", PROJECT),
    RuleInForce(Rule("allow", "bash", "ls *"), "user", OWN),
)


class Desk(App[None]):
    """An app that opens the screen at once."""

    def __init__(self, mode: Mode, rules: tuple[RuleInForce, ...], problem: str) -> None:
        super().__init__()
        self.mode: Mode = mode
        self.rules = rules
        self.problem = problem
        self.forgotten: list[str] = []

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "ink"
        self.push_screen(PermissionsScreen(self.mode, self.rules, self.forget))

    async def forget(self, rule: RuleInForce) -> str:
        self.forgotten.append(str(rule.rule))
        return self.problem

    def rows(self) -> list[str]:
        listed = self.screen.query_one(OptionList)
        return [str(option.prompt) for option in listed.options]

    def said(self) -> str:
        return str(self.screen.query_one("#said", Static).content)


Scene = Callable[[Desk, Pilot[None]], Awaitable[None]]


def play(
    scene: Scene,
    rules: tuple[RuleInForce, ...] = RULES,
    mode: Mode = "ask",
    problem: str = "",
    size: tuple[int, int] = (100, 24),
) -> Desk:
    async def run() -> Desk:
        desk = Desk(mode, rules, problem)
        async with desk.run_test(size=size) as pilot:
            await pilot.pause()
            await scene(desk, pilot)
        return desk

    return asyncio.run(run())


def test_rules_stand_under_where_they_come_from() -> None:
    async def scene(desk: Desk, _pilot: Pilot[None]) -> None:
        assert desk.rows() == [
            "For this session",
            "  ✓ allow edit(src/[a].py)",
            f"Yours, in every session  {OWN}",
            "  ✓ allow bash(git status*)",
            "  ✓ allow bash(ls *)",
            f"This project's  {PROJECT}",
            "  ○ ask   bash(make*)",
            "Given at the start, by a flag or the environment",
            "  ✗ deny  read(secrets/**)",
        ]

    play(scene)


def test_a_rule_of_the_session_is_removed_at_once() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("x")
        await pilot.pause()
        assert "For this session" not in desk.rows()

    assert play(scene).forgotten == ["edit(src/[a].py)"]


def test_a_rule_of_the_persons_is_removed_after_asking() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("down", "x")
        assert desk.said() == "Remove bash(git status*) from your settings?"
        await pilot.press("n", "x", "escape", "x", "down", "y")
        assert desk.forgotten == []
        await pilot.press("x", "y")
        await pilot.pause()
        assert "  ✓ allow bash(ls *)" not in desk.rows()
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(desk.screen, PermissionsScreen)

    assert play(scene).forgotten == ["bash(ls *)"]


def test_rules_of_others_stay() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "down", "x")
        assert str(PROJECT) in desk.said()
        await pilot.press("down", "x")
        assert "environment" in desk.said()

    assert play(scene).forgotten == []


def test_what_cannot_be_removed_stays_and_says_why() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("x")
        await pilot.pause()
        assert desk.said() == "The file cannot be written."
        assert "  ✓ allow edit(src/[a].py)" in desk.rows()

    play(scene, problem="The file cannot be written.")


def test_without_rules_it_says_how_one_is_made() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("x", "y")
        assert "There are no rules" in desk.rows()[0]

    assert play(scene, rules=(), mode="yolo").forgotten == []


@pytest.mark.parametrize("size", [(100, 24), (60, 24), (40, 12)])
def test_it_looks_as_designed(snapshot: Snapshot, size: tuple[int, int]) -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("down", "x")
        await pilot.pause()
        snapshot(desk, f"asking/permissions-{size[0]}")

    play(scene, size=size)
