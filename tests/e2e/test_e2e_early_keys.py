"""What is typed while the program starts stands in the editor, whenever it came."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.scripted_server import Script
from tests.e2e.terminal import Terminal

SENTENCE = (
    "Every key that is pressed while the program is being loaded, before the screen is taken, "
    "while it is taken, and after that, is typed once, and stands here in its place."
)
SCREEN = b"\x1b[?1049h"
ANSWER = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c"
LIGHT = b"48;2;251;250;247"


@pytest.fixture
def terminal(repository: Path, serve: Callable[..., Script]) -> Iterator[Terminal]:
    """A wide one, over a server that is not asked anything."""
    terminal = Terminal(repository, {"INHOUSE_ENDPOINT": serve().url}, columns=200)
    yield terminal
    terminal.close()


def type_slowly(terminal: Terminal, answer: bytes, at: int) -> None:
    """Type the sentence from before the program runs on: each third of it in one phase of the
    start. What the terminal says by itself comes in two pieces, after so many characters."""
    third = len(SENTENCE) // 3
    for number, character in enumerate(SENTENCE):
        terminal.type(character)
        if number == at:
            terminal.say(answer[:7])
            terminal.take(0.02)
            terminal.say(answer[7:])
        phase = number // third
        if number % third == third - 1:
            # The next phase begins with the next character.
            mark = SCREEN if phase == 0 else b"Say what"
            terminal.wait_until(lambda mark=mark: mark in terminal.raw)
        elif phase < 2:
            terminal.take(0.004)


def shown(terminal: Terminal) -> bool:
    """Whether the sentence stands on the screen once, wherever its lines are broken."""
    words = " ".join(terminal.text.split())
    return words.count(SENTENCE[:40]) == 1 and SENTENCE in words


@pytest.mark.parametrize(
    ("answer", "at"),
    [(b"", 0), (ANSWER, 0), (ANSWER, 30), (ANSWER, 60), (ANSWER, 120)],
    ids=["never", "before", "quiet", "screen", "ready"],
)
def test_no_key_is_lost_or_doubled(terminal: Terminal, answer: bytes, at: int) -> None:
    terminal.start()
    type_slowly(terminal, answer, at)
    terminal.wait_until(lambda: shown(terminal), [SENTENCE])
    if answer:
        terminal.wait_until(lambda: LIGHT in terminal.raw, ["the light theme"])
    terminal.press("ctrl+c", "ctrl+c", "ctrl+c")
    assert terminal.wait_for_end() == 0
