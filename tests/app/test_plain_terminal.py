"""Plain lines in a real pseudo-terminal: keys, signals and the end of input."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = """
import os
import sys
from pathlib import Path
from inhouse.build import Wish
from inhouse.plain.conversation import PlainConversation
from inhouse.plain.printer import Printer
from inhouse.settings import Settings
from inhouse_models.scripted import SlowModel, say

os.close(os.open(os.ttyname(0), os.O_RDWR))  # It becomes the terminal of this session.
model = SlowModel(say("First line.\\nSecond line."), pause=2)

async def connect(settings, progress):
    return model

def wish():
    return Wish(Path(sys.argv[1]), Settings(sandbox="off"), "ask")

sys.exit(PlainConversation(wish, Printer(sys.stdout), connect_model=connect).run())
"""
PATIENCE_SECONDS = 60.0
CTRL_C, CTRL_D = b"\x03", b"\x04"


@dataclass
class Terminal:
    """The program and the other end of its terminal."""

    process: subprocess.Popen[bytes]
    master: int
    shown: bytes = b""

    def read_until(self, wanted: bytes, seconds: float = PATIENCE_SECONDS) -> bool:
        """Reads on until this was shown; what stood before it is forgotten."""
        end = time.monotonic() + seconds
        while wanted not in self.shown:
            if time.monotonic() > end:
                return False
            if select.select([self.master], [], [], 0.1)[0]:
                self.shown += os.read(self.master, 4096)
        self.shown = self.shown.partition(wanted)[2]
        return True

    def interrupt_until(self, wanted: bytes) -> None:
        """Presses Ctrl+C; again when it came between a prompt and the reading behind it."""
        for _ in range(10):
            self.type(CTRL_C)
            if self.read_until(wanted, 5.0):
                return
        raise AssertionError(self.shown)

    def type(self, keys: bytes) -> None:
        """Press these keys."""
        os.write(self.master, keys)

    def wait(self) -> int:
        """The exit code."""
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, "utf-8")
    master, slave = pty.openpty()
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "PYTHONPATH": paths, "TERM": "dumb"},
        start_new_session=True,
    )
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)


def test_ctrl_c_ends_the_answer_then_the_program(terminal: Terminal) -> None:
    assert terminal.read_until(b"> ")
    terminal.type(b"go on\n")
    assert terminal.read_until(b"First line.")
    terminal.interrupt_until(b"interrupted: Interrupted.")
    assert terminal.read_until(b"> ")
    terminal.interrupt_until(b"Press Ctrl+C again to leave.")
    terminal.interrupt_until(b"is kept; go on with: inhouse --plain -c")
    assert terminal.wait() == 130
    assert b"Traceback" not in terminal.shown


def test_ctrl_c_pressed_again_and_again_leaves_without_a_word_of_python(terminal: Terminal) -> None:
    assert terminal.read_until(b"> ")
    end = time.monotonic() + PATIENCE_SECONDS
    while terminal.process.poll() is None and time.monotonic() < end:
        terminal.type(CTRL_C)
        terminal.read_until(b"never shown", 0.005)
    assert terminal.wait() == 130
    assert b"Traceback" not in terminal.shown
    assert b"is kept; go on with: inhouse --plain -c" in terminal.shown


def test_ctrl_d_ends_it_at_once(terminal: Terminal) -> None:
    assert terminal.read_until(b"> ")
    terminal.type(CTRL_D)
    assert terminal.read_until(b"is kept")
    assert terminal.wait() == 0
