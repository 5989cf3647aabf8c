"""Tells a person on standard error how a run goes on."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from inhouse.evaluating.attempt import Attempt, Trial
from inhouse.sanitise import sanitise_line

CLEAR_LINE = "\r\x1b[K"
SHOWN_RUNNING = 3
REASON_CHARACTERS = 100
TICK_SECONDS = 1.0


@dataclass(slots=True)
class RunProgress:
    """A line for each attempt that ended, and with `live`, for a terminal, one that changes.

    `total` is how many trials there are, `done` how many of them were made before. `clock` counts
    seconds, `columns` those of the terminal.
    """

    out: TextIO
    total: int
    done: int = 0
    live: bool = False
    clock: Callable[[], float] = time.monotonic
    columns: Callable[[], int] = lambda: shutil.get_terminal_size().columns
    solved: int = 0
    _running: dict[Trial, float] = field(default_factory=dict[Trial, float])

    def begins(self, trial: Trial, endpoint: str) -> None:
        """A trial begins."""
        del endpoint
        self._running[trial] = self.clock()
        self.tick()

    def ended(self, attempt: Attempt) -> None:
        """A trial is over: one line, with why it is not solved."""
        self._running.pop(attempt.trial, None)
        self.done += 1
        self.solved += attempt.solved
        model = f"{attempt.trial.model} " if attempt.trial.model else ""
        reason = f"  {attempt.reason[:REASON_CHARACTERS]}" if attempt.reason else ""
        name = sanitise_line(f"{model}{attempt.trial.name}")
        self._print(
            f"[{self.done}/{self.total}] {name}: {sanitise_line(attempt.outcome)}"
            f" in {attempt.seconds:.0f} s{sanitise_line(reason)}"
        )
        self.tick()

    def note(self, text: str) -> None:
        """Something a person should know."""
        self._print(sanitise_line(text))

    def tick(self) -> None:
        """Show what runs now, and for how long."""
        if not self.live or not self._running:
            return
        now = self.clock()
        running = [f"{trial.name} {now - since:.0f} s" for trial, since in self._running.items()]
        more = f" and {len(running) - SHOWN_RUNNING} more" if len(running) > SHOWN_RUNNING else ""
        shown = sanitise_line(", ".join(running[:SHOWN_RUNNING]))
        line = f"{self.done}/{self.total} done, {self.solved} solved; {shown}{more}"
        # One that is broken over two rows could not be taken away again.
        self.out.write(CLEAR_LINE + sanitise_line(line[: self.columns() - 1]))
        self.out.flush()

    def end(self) -> None:
        """Take the line that changes away."""
        if self.live:
            self.out.write(CLEAR_LINE)
            self.out.flush()

    def _print(self, line: str) -> None:
        clear = CLEAR_LINE if self.live else ""
        self.out.write(f"{clear}{line}\n")
        self.out.flush()
