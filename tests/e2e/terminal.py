"""A terminal that a test looks at: the installed command in a pty, its screen kept by pyte."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyte
from tests.e2e.installed import COMMAND

KEYS: Mapping[str, str] = {
    "enter": "\r",
    "escape": "\x1b",
    "ctrl+c": "\x03",
    "ctrl+d": "\x04",
    "shift+tab": "\x1b[Z",
}
CHUNK = 65_536
# How often a condition is looked at while nothing is written.
LOOK_SECONDS = 0.1


@dataclass
class Terminal:
    """A screen of `columns` and `rows`, and the program in it."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: int = 100
    rows: int = 30
    pid: int = 0
    master: int = -1
    code: int | None = None
    raw: bytes = b""

    def __post_init__(self) -> None:
        """An empty screen."""
        self.screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self.screen)

    def start(self, *arguments: str) -> None:
        """Start `inhouse` in it."""
        self.start_program(str(COMMAND), *arguments)

    def start_program(self, *command: str) -> None:
        """Start any program in it."""
        # The size is the terminal's own; a runner of tests may name that of its own terminal.
        sizes = ("COLUMNS", "LINES")
        given = {name: value for name, value in os.environ.items() if name not in sizes}
        environment = {
            **given,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **self.variables,
        }
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            # Set here, the size is there before the program can ask for it.
            set_size(0, self.columns, self.rows)
            os.chdir(self.folder)
            os.execve(command[0], command, environment)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.screen.resize(rows, columns)
        set_size(self.master, columns, rows)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def type(self, text: str) -> None:
        """Write as a person does."""
        self.say(text.encode())

    def say(self, answer: bytes) -> None:
        """Write what the terminal sends by itself."""
        if answer:
            os.write(self.master, answer)

    def press(self, *keys: str) -> None:
        """Press keys by their names."""
        for key in keys:
            self.type(KEYS[key])

    def wait_for(self, *words: str, seconds: float = 60) -> None:
        """Wait until all of these stand on the screen."""
        self.wait_until(lambda: all(word in self.text for word in words), words, seconds)

    def shows(self, words: str, seconds: float) -> bool:
        """Whether this stands on the screen within so many seconds."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            left = deadline - time.monotonic()
            if left <= 0 or not self.take(left):
                return False
        return True

    def wait_until(
        self, condition: Callable[[], bool], what: Sequence[str] = (), seconds: float = 60
    ) -> None:
        """Take what the program writes until something is true."""
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            # It may be true of a file or a server: then nothing need be written any more.
            assert left > 0 and self.take(min(left, LOOK_SECONDS)), (
                f"never came: {what}\n{self.text}"
            )

    def wait_for_end(self, seconds: float = 60) -> int:
        """Wait until the program has ended; its exit code."""
        deadline = time.monotonic() + seconds
        while self.take(max(0.0, deadline - time.monotonic())):
            assert time.monotonic() < deadline, f"it does not end\n{self.text}"
        _pid, status = os.waitpid(self.pid, 0)
        self.code, self.pid = os.waitstatus_to_exitcode(status), 0
        return self.code

    def close(self) -> None:
        """End the program, if it runs still."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.master >= 0:
            os.close(self.master)

    def take(self, seconds: float) -> bool:
        """Take what there is within so many seconds; False at the end of all."""
        ready, _writable, _errors = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.master, CHUNK)
        except OSError:
            # Linux says so when the last program has let go of a pty.
            return False
        self.show(data)
        return bool(data)

    def show(self, data: bytes) -> None:
        """Draw what the program has written."""
        self.raw += data
        self._stream.feed(data)


def set_size(terminal: int, columns: int, rows: int) -> None:
    """Give a terminal that is open as this descriptor a size."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
