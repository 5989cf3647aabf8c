"""Ctrl+Z, and a terminal that goes away: the terminal is left as it was, what was written stays."""

import os
import signal
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.e2e.scripted_server import Script
from tests.e2e.terminal import Terminal

READY = "Say what should change"
# Screen, pastes, mouse, focus and keys as they were; then the cursor.
RESTORED = (
    b"\x1b[?1049l", b"\x1b[?2004l", b"\x1b[?1003l", b"\x1b[?1004l", b"\x1b[<u", b"\x1b[?25h",
)  # fmt: skip
TAKEN = (b"\x1b[?1049h", b"\x1b[?2004h", b"\x1b[?1003h", b"\x1b[?1004h")
COOKED = termios.ECHO | termios.ICANON | termios.ISIG
PATIENCE_SECONDS = 60.0


@pytest.fixture
def terminal(repository: Path, serve: Callable[..., Script]) -> Iterator[Terminal]:
    """One with the program in it, over a server that is not asked anything."""
    terminal = Terminal(repository, {"INHOUSE_ENDPOINT": serve().url})
    terminal.start()
    yield terminal
    terminal.close()


def wait_for_stop(terminal: Terminal) -> None:
    """Wait until the program is stopped, while what it writes is taken."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        pid, status = os.waitpid(terminal.pid, os.WUNTRACED | os.WNOHANG)
        if pid:
            assert os.WIFSTOPPED(status), "it has ended"
            return
        terminal.take(0.02)
    raise AssertionError("it was not stopped")


def local_modes(terminal: Terminal) -> int:
    """How the terminal treats keys."""
    return termios.tcgetattr(terminal.master)[3]


def holds(terminal: Terminal, modes: Sequence[bytes]) -> bool:
    """Whether all of these were written."""
    return all(mode in terminal.raw for mode in modes)


def test_it_is_suspended_and_resumed(terminal: Terminal) -> None:
    before = local_modes(terminal) & COOKED
    assert before == COOKED
    terminal.wait_for(READY)
    terminal.type("half a sentence")
    terminal.wait_for("> half a sentence")
    for _round in range(2):
        terminal.raw = b""
        terminal.type("\x1a")
        wait_for_stop(terminal)
        # What it wrote last may still be on its way.
        terminal.wait_until(lambda: holds(terminal, RESTORED), ["the terminal as it was"])
        assert local_modes(terminal) & COOKED == COOKED
        terminal.screen.reset()
        terminal.raw = b""
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait_for("> half a sentence", READY)
        assert holds(terminal, TAKEN)
        assert not local_modes(terminal) & (termios.ECHO | termios.ICANON)
    terminal.type("!")
    terminal.wait_for("> half a sentence!")
    terminal.press("ctrl+c", "ctrl+c", "ctrl+c")
    assert terminal.wait_for_end() == 0
    assert local_modes(terminal) & COOKED == COOKED


@pytest.mark.parametrize("how", ["the terminal is closed", "the line hangs up"])
def test_a_terminal_that_goes_away_loses_nothing(terminal: Terminal, how: str) -> None:
    terminal.wait_for(READY)
    terminal.type("not sent yet")
    terminal.wait_for("> not sent yet")
    if how == "the terminal is closed":
        os.close(terminal.master)
        terminal.master = -1
    else:
        os.kill(terminal.pid, signal.SIGHUP)
    end = time.monotonic() + PATIENCE_SECONDS
    while not (ended := os.waitpid(terminal.pid, os.WNOHANG))[0]:
        assert time.monotonic() < end, "it does not end"
        terminal.take(0.02) if terminal.master >= 0 else time.sleep(0.02)
    assert os.WIFEXITED(ended[1]), "it was killed"
    terminal.pid = 0
    again = Terminal(terminal.folder, terminal.variables)
    again.start()
    try:
        again.wait_for("> not sent yet", "What you had not sent is back")
    finally:
        again.close()
