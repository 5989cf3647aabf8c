"""A terminal that a program is started in, to watch when it shows what."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_bench import COLUMNS, ROWS


class Terminal:
    """Runs a program; leaving the context ends it. Times are seconds since its start."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._command = list(command)
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **environment,
        }

    def __enter__(self) -> Self:
        self._side, program = pty.openpty()
        fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            stdin=program,
            stdout=program,
            stderr=program,
            start_new_session=True,
        )
        os.close(program)
        self._output = b""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._side)

    @property
    def ended(self) -> bool:
        """Whether the program is gone."""
        return self._process.poll() is not None

    def press(self, text: str) -> None:
        """Type; what the program has written before no longer counts."""
        self._output = b""
        os.write(self._side, text.encode())

    def wait_for(self, wanted: bytes, patience: float) -> float | None:
        """When the program had written this, None when it does not within so many seconds."""
        end = time.perf_counter() + patience
        while wanted not in self._output:
            left = end - time.perf_counter()
            if left <= 0 or not select.select([self._side], [], [], left)[0]:
                return None
            try:
                self._output += os.read(self._side, 65536)
            except OSError:
                # The program is gone.
                return None
        return time.perf_counter() - self._began
