"""The bottom line tells what holds, the most important first, in any width."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App, ComposeResult

from inhouse.tui.status.status import Status
from inhouse.tui.status.status_line import StatusLine, describe_status
from inhouse.tui.themes import register_themes

WIDTHS = (60, 100, 160)
USUAL = Status(
    mode="ask",
    branch="main",
    model="qwen2.5-coder-1.5b",
    quantisation="Q4_K_M",
    sandbox="full",
    tokens=2340,
    context=32768,
    model_bytes=1_100_000_000,
    cache_bytes=940_000_000,
)
STATES = {
    "usual": USUAL,
    "starting": Status(mode="ask", branch="main"),
    "unprotected": replace(USUAL, sandbox="none", mode="yolo"),
    "remote": replace(
        USUAL,
        endpoint="http://gpu.example:8000/v1",
        quantisation="",
        model_bytes=0,
        exact=False,
    ),
    "full": replace(
        USUAL,
        mode="plan",
        tokens=30_100,
        branch="a-very-long-name-of-a-branch-that-nobody-would-type",
    ),
}


def said(status: Status, width: int) -> str:
    content = describe_status(status, width)
    assert content.cell_length == width
    return content.plain


def test_everything_is_told_where_there_is_room() -> None:
    left, right = (
        "ask · shift+tab · main",
        (
            "sandboxed · offline · qwen2.5-coder-1.5b · Q4_K_M · 1.1 GB + 940 MB · "
            "2,340 / 32,768 · ━───────"
        ),
    )
    assert said(USUAL, 160) == left + right.rjust(160 - len(left))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_mode_and_room_stay_in_narrow_lines(width: int) -> None:
    words = said(USUAL, width)
    assert words.startswith("ask ")
    assert "2,340 / 32,768" in words


def test_a_missing_sandbox_outlasts_names() -> None:
    assert "no sandbox" in said(STATES["unprotected"], 40)
    assert "qwen" not in said(STATES["unprotected"], 40)


def test_a_server_elsewhere_is_named_without_its_password() -> None:
    status = replace(USUAL, endpoint="https://me:secret@gpu.example:8000/v1")
    words = said(status, 100)
    assert "at gpu.example:8000" in words
    assert "secret" not in words
    assert "offline" not in words


def test_what_is_only_estimated_is_marked() -> None:
    assert "≈ 2,340 / 32,768" in said(replace(USUAL, exact=False), 100)


def test_foreign_names_are_only_text() -> None:
    words = said(replace(USUAL, branch="[red]\x1b]52;c;x\x07", model="[/]"), 160)
    assert "[red]\\x1b]52;c;x\\x07" in words
    assert " [/] " in words


def test_a_line_of_almost_no_width_is_cut() -> None:
    assert describe_status(USUAL, 2).cell_length <= 2


class Shown(App[None]):
    """The line alone."""

    def __init__(self, status: Status) -> None:
        super().__init__()
        self.status = status

    def compose(self) -> ComposeResult:
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(StatusLine).show(self.status)


@pytest.mark.parametrize("state", STATES)
def test_how_each_state_looks(state: str, snapshot: Callable[[App[Any], str], None]) -> None:
    async def show() -> None:
        app = Shown(STATES[state])
        register_themes(app)
        async with app.run_test(size=(WIDTHS[0], 2)) as pilot:
            for width in WIDTHS:
                app.theme = "paper" if width == 100 and state == "full" else "ink"
                await pilot.resize_terminal(width, 2)
                await pilot.pause()
                snapshot(pilot.app, f"status/line-{state}-{width}")

    asyncio.run(show())
