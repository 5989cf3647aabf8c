"""The installed UI in a terminal, with the real 0.5B model: as a person uses it for a while."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.e2e.terminal import Terminal

IDLE = "Ask, or say what to change"
Open = Callable[..., Terminal]


@pytest.fixture
def terminal(repository: Path, engine_variables: Mapping[str, str]) -> Iterator[Open]:
    """Opens terminals in the repository, over the one engine of the tests."""
    opened: list[Terminal] = []

    def start(*arguments: str, columns: int = 100, rows: int = 32) -> Terminal:
        terminal = Terminal(repository, engine_variables, columns, rows)
        opened.append(terminal)
        terminal.start(*arguments)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


def end_turn(screen: Terminal) -> None:
    """Say no to whatever the model wants next, and interrupt it."""
    while not screen.shows(IDLE, seconds=3):
        screen.press("escape")


@pytest.mark.model
def test_a_person_works_with_it(terminal: Open, repository: Path) -> None:
    before = (repository / "greeting.py").read_text("utf-8")
    screen = terminal()
    screen.wait_for("inhouse", "ask")
    screen.type("In greeting.py, let greet say Goodbye instead of Hello.")
    screen.press("enter")
    screen.wait_for("of", "tokens", seconds=120)
    screen.press("escape")
    screen.wait_for("nterrupted")
    screen.type("In greeting.py, let greet say Goodbye instead of Hello.")
    screen.press("enter")
    screen.wait_for("1", "Yes", "greeting.py", seconds=240)
    screen.press("enter")
    screen.wait_until(lambda: (repository / "greeting.py").read_text("utf-8") != before, seconds=60)
    end_turn(screen)
    screen.type("/undo")
    screen.press("enter")
    screen.wait_until(lambda: (repository / "greeting.py").read_text("utf-8") == before, seconds=60)
    screen.press("ctrl+c", "ctrl+c")
    assert screen.wait_for_end() == 0
    again = terminal("-c")
    again.wait_for("Goodbye instead of Hello", seconds=120)
    again.press("ctrl+c", "ctrl+c")
    assert again.wait_for_end() == 0
