"""The installed UI in a terminal, with the real 0.5B model: as a person uses it for a while."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.e2e.conftest import kill_engines
from tests.e2e.terminal import Terminal

IDLE = "Ask, or say what to change"
BUSY = "Enter queues"
YES = "Yes, once"
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


def work_until(screen: Terminal, changed: Callable[[], bool], seconds: float) -> None:
    """Say yes to whatever the model asks for, until something has changed or the turn has ended.

    What it does is its own affair, and another thing on another processor.
    """
    ends = time.monotonic() + seconds
    screen.wait_until(lambda: BUSY in screen.text or YES in screen.text, seconds=seconds)
    while not (changed() or screen.shows(IDLE, seconds=1) or time.monotonic() > ends):
        if YES in screen.text:
            screen.press("enter")


@pytest.mark.model
@pytest.mark.usefixtures("engine")
def test_a_person_works_with_it(terminal: Open, repository: Path) -> None:
    before = (repository / "greeting.py").read_text("utf-8")

    def changed() -> bool:
        return (repository / "greeting.py").read_text("utf-8") != before

    # A cold model reads for long enough to be interrupted.
    kill_engines()
    screen = terminal()
    screen.wait_for("inhouse", "ask")
    screen.type("In greeting.py, let greet say Goodbye instead of Hello.")
    screen.press("enter")
    screen.wait_for("of", "tokens", seconds=120)
    screen.press("escape")
    screen.wait_for("nterrupted")
    screen.type("In greeting.py, let greet say Goodbye instead of Hello.")
    screen.press("enter")
    work_until(screen, changed, seconds=120)
    end_turn(screen)
    if changed():
        screen.type("/undo")
        screen.press("enter")
        screen.wait_until(lambda: not changed())
    screen.press("ctrl+c", "ctrl+c")
    assert screen.wait_for_end() == 0
    again = terminal("-c")
    again.wait_for("Goodbye instead of Hello", seconds=120)
    again.press("ctrl+c", "ctrl+c")
    assert again.wait_for_end() == 0
