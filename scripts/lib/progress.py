"""Says what a long command is doing: one updating line on a terminal, plain lines elsewhere."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PLAIN_SECONDS = 30.0
POLL_SECONDS = 0.25
TAIL_LINES = 20


def clock(seconds: float) -> str:
    """Seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Progress:
    """One step that takes a while, told on standard error with the time it has taken."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._said_at = float("-inf")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def show(self, detail: str = "") -> None:
        """The state now; where there is no terminal only now and then, for the sake of logs."""
        if not self._terminal and self.seconds - self._said_at < PLAIN_SECONDS:
            return
        self._said_at = self.seconds
        details = f", {detail}" if detail else ""
        self._write(f"{self.title}: elapsed {clock(self.seconds)}{details}")

    def finish(self, result: str = "done") -> None:
        """The last state, which stays on the screen."""
        self._write(f"{self.title}: {result} in {clock(self.seconds)}")
        if self._terminal:
            sys.stderr.write("\n")

    def _write(self, line: str) -> None:
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{line[:width]}")
        else:
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def run_logged(
    command: Sequence[str],
    log: Path,
    progress: Progress,
    describe: Callable[[str], str],
    *,
    explain: bool = True,
) -> bool:
    """Run a command into a log file; `describe` turns each new piece of output into a detail.

    Returns whether it succeeded. With `explain` a failure shows the end of the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    detail = ""
    with (
        log.open("w", encoding="utf-8") as writer,
        log.open(encoding="utf-8", errors="replace") as reader,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            while process.poll() is None:
                detail = describe(reader.read()) or detail
                progress.show(detail)
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            process.terminate()
            progress.finish("interrupted")
            raise
    if process.returncode == 0:
        progress.finish()
        return True
    progress.finish("FAILED")
    if explain:
        show_tail(log)
    return False


def show_tail(log: Path) -> None:
    """The last lines of a log, and its path."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines[-TAIL_LINES:]:
        sys.stderr.write(f"  {line}\n")
    sys.stderr.write(f"the whole log: {log}\n")
