"""What a terminal says of its background, in a pseudo-terminal."""

import os
import pty
import select
import termios
from collections.abc import Iterator

import pytest

from inhouse.tui.terminal_background import (
    QUESTION,
    Background,
    BackgroundQuestion,
    read_answer,
)

DEVICE = b"\x1b[?62;22c"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", True),
        (b"\x1b]11;rgb:ffff/fafa/f0f0\x07", False),
        (b"\x1b]11;rgba:00/00/00/ff\x07", True),
        (b"\x1b]11;rgb:f/f/f\x07", False),
        (b"", None),
        (b"\x1b]11;nonsense\x07", None),
    ],
)
def test_the_colour_is_understood(answer: bytes, dark: bool | None) -> None:
    assert read_answer(answer + DEVICE).dark is dark


def test_what_was_typed_meanwhile_is_kept() -> None:
    said = b"he\x1b]11;rgb:00/00/00\x07llo\r" + DEVICE + "ä".encode()
    assert read_answer(said) == Background(dark=True, typed="hello\nä")


def test_the_terminal_is_asked_quietly_and_left_as_it_was(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    before = termios.tcgetattr(slave)
    question = BackgroundQuestion(slave, slave)
    assert os.read(master, 100) == QUESTION
    os.write(master, b"\x1b]11;rgb:ff/ff/ff\x1b\\" + DEVICE)
    assert question.answer(5.0) == Background(dark=False)
    assert termios.tcgetattr(slave) == before
    assert not select.select([master], [], [], 0)[0]


def test_a_terminal_that_says_nothing_is_not_waited_for(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    question = BackgroundQuestion(slave, slave)
    os.write(master, b"ls")
    assert question.answer(0.01) == Background(typed="ls")


@pytest.mark.parametrize("environment", [{"SSH_TTY": "/dev/pts/1"}, {"TERM": "dumb"}])
def test_far_and_simple_terminals_are_not_asked(environment: dict[str, str]) -> None:
    assert BackgroundQuestion.ask(environment) is None
