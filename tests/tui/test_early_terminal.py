"""The terminal while the program is being loaded, in a pseudo-terminal."""

import os
import pty
import select
import termios
from collections.abc import Iterator

import pytest

from inhouse.tui.terminal.answers import BACKGROUND_QUESTION, DEVICE_QUESTION, find_background
from inhouse.tui.terminal.early import QUESTIONS, EarlyTerminal

DEVICE = b"\x1b[?62;22c"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def arrived(slave: int) -> bool:
    """Whether what was written at the other end has come."""
    return bool(select.select([slave], [], [], 5)[0])


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        ("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", True),
        ("\x1b]11;rgb:ffff/fafa/f0f0\x07", False),
        ("\x1b]11;rgba:00/00/00/ff\x07", True),
        ("\x1b]11;rgb:f/f/f\x07", False),
        ("", None),
    ],
)
def test_the_colour_is_understood(answer: str, dark: bool | None) -> None:
    assert find_background(f"he{answer}llo{DEVICE.decode()}ä") == (dark, "helloä")


def test_both_questions_are_the_same() -> None:
    assert (BACKGROUND_QUESTION + DEVICE_QUESTION).encode() == QUESTIONS


def test_the_terminal_is_asked_quietly_and_left_as_it_was(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    before = termios.tcgetattr(slave)
    early = EarlyTerminal(slave, slave, ask=True)
    assert os.read(master, 100) == QUESTIONS
    os.write(master, b"l\x1b]11;rgb:ff/ff/ff\x1b\\s" + DEVICE)
    assert arrived(slave)
    assert early.background() is False
    assert (early.take(), early.take()) == (b"ls", b"")
    assert not select.select([master], [], [], 0)[0]
    early.restore()
    assert termios.tcgetattr(slave) == before
    os.write(master, b"echo\n")
    assert arrived(slave)
    assert os.read(master, 100).startswith(b"echo")


def test_half_an_answer_and_half_a_letter_are_kept_for_who_reads_on(
    terminal: tuple[int, int],
) -> None:
    master, slave = terminal
    early = EarlyTerminal(slave, slave, ask=False)
    said = b"\xc3\xa4\xc3\x1b]11;rgb:ff/f"
    os.write(master, said)
    assert arrived(slave)
    assert early.background() is None
    assert early.take() == said


def test_a_terminal_that_says_nothing_is_not_waited_for(terminal: tuple[int, int]) -> None:
    _master, slave = terminal
    early = EarlyTerminal(slave, slave, ask=True)
    assert (early.background(), early.take()) == (None, b"")


def test_where_there_is_no_terminal_there_is_nothing_early() -> None:
    assert EarlyTerminal.open({"TERM": "xterm"}, ask=True) is None
