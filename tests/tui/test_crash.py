"""A fault of our own, and a terminal that goes away, in a real pseudo-terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = """
import os
import sys
from pathlib import Path
from textual.app import ComposeResult
from textual.widgets import Static
from inhouse.tui.crash import GuardedApp

os.close(os.open(os.ttyname(0), os.O_RDWR))  # It becomes the terminal of this session.

class Program(GuardedApp[None]):
    BINDINGS = [("f", "fail", "Fail")]

    def compose(self) -> ComposeResult:
        yield Static("ready to fail")

    def action_fail(self) -> None:
        secret = "the words of a prompt"
        raise ValueError(secret)

    async def action_quit(self) -> None:
        Path(sys.argv[1]).write_text("saved", "ascii")
        self.exit()

program = Program()
program.run()
sys.exit(program.return_code)
"""
PATIENCE_SECONDS = 60.0


@dataclass
class Terminal:
    """A program in a terminal of its own."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    saved: Path
    shown: bytes = b""

    def read_until(self, wanted: bytes) -> bytes:
        """What the program has written, as soon as this is part of it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while wanted not in self.shown:
            assert time.monotonic() < end, self.shown[-2000:]
            if select.select([self.master], [], [], 0.1)[0]:
                self.shown += os.read(self.master, 65536)
        return self.shown

    def wait(self) -> int:
        """The exit code; what is written meanwhile is taken."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < end, "it does not end"
            if self.master >= 0 and select.select([self.master], [], [], 0.05)[0]:
                self.shown += os.read(self.master, 65536)
        while self.master >= 0 and select.select([self.master], [], [], 0.05)[0]:
            self.shown += os.read(self.master, 65536)
        return self.process.returncode

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, "utf-8")
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    saved = tmp_path / "saved"
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, str(script), str(saved)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "PYTHONPATH": paths},
        start_new_session=True,
    )
    opened = Terminal(process, master, slave, saved)
    try:
        yield opened
    finally:
        process.kill()
        process.wait()
        if opened.master >= 0:
            opened.hang_up()


def test_a_fault_is_told_and_the_terminal_is_as_it_was(terminal: Terminal, home: Path) -> None:
    before = termios.tcgetattr(terminal.slave)
    terminal.read_until(b"ready to fail")
    os.write(terminal.master, b"f")
    assert terminal.wait() == 1
    assert termios.tcgetattr(terminal.slave) == before
    _, left, after = terminal.shown.rpartition(b"\x1b[?1049l")
    assert left
    assert b"\x1b[?25h" in after
    assert b"\x1b[?1000l" in terminal.shown
    assert b"\x1b[?2004l" in terminal.shown
    text = " ".join(after.decode("utf-8").split())
    assert "inhouse has stopped because of a fault of its own: ValueError in program.py" in text
    assert "Go on with: inhouse -c" in text
    assert "the words of a prompt" not in terminal.shown.decode("utf-8")
    (report,) = (home / ".local/state/inhouse/crashes").iterdir()
    assert "in action_fail" in report.read_text("utf-8")


def test_a_lost_terminal_ends_it_quietly_with_everything_saved(
    terminal: Terminal, home: Path
) -> None:
    terminal.read_until(b"ready to fail")
    terminal.hang_up()
    terminal.wait()
    assert terminal.saved.read_text("ascii") == "saved"
    assert not (home / ".local/state/inhouse/crashes").exists()


def test_a_demand_to_end_restores_the_terminal(terminal: Terminal) -> None:
    before = termios.tcgetattr(terminal.slave)
    terminal.read_until(b"ready to fail")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.wait() == 0
    assert termios.tcgetattr(terminal.slave) == before
    assert terminal.saved.exists()
    assert b"\x1b[?1049l" in terminal.shown
