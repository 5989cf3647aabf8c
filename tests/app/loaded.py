"""Starts the loaded process, once for all tests of a worker, and says how it is asked."""

import atexit
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


def loaded_command(work: str) -> tuple[str, ...]:
    """What stands before the words of something that the loaded process does: a real command."""
    program = str(HERE / "loaded_command.py")
    return (sys.executable, "-I", "-S", program, _start(), work)


@cache
def _start() -> str:
    """The socket of the process, which is started now and ends with this one."""
    folder = tempfile.TemporaryDirectory("", "loaded-", "/tmp")
    socket = f"{folder.name}/socket"
    process = subprocess.Popen(
        [sys.executable, str(HERE / "loaded_process.py"), socket],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def end() -> None:
        with process:
            process.terminate()
        folder.cleanup()

    atexit.register(end)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return socket
