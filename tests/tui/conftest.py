"""Fixtures of the UI's tests: a steady screen, and pictures of it that are compared."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.tui.pictures import picture_of
from textual.app import App

Snapshot = Callable[[App[Any], str], None]


@pytest.fixture(autouse=True)
def steady_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same terminal everywhere: true colour, no animation."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture
def snapshot(golden: Callable[[str, str], None]) -> Snapshot:
    """Compares what an app shows with tests/goldens/tui/NAME.svg; --update writes it there."""

    def compare(app: App[Any], name: str) -> None:
        golden(f"tui/{name}.svg", picture_of(app))

    return compare
