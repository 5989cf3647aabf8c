"""How far trials are, on standard error, and what they have found, in words."""

import sys
import time
from typing import TYPE_CHECKING

import typer

from inhouse.cli.say import say
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from inhouse_models.speed.search import Part, Trial
    from inhouse_models.speed.telling import Told

WHAT: "dict[Part, str]" = {
    "write": "tokens/s written",
    "read": "tokens/s read",
    "turn": "s a turn",
    "answer": "tokens/s answered",
}


class TrialMeter:
    """Collects trials, and says what is tried: a line that moves, or one line for each result."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []
        self._live = sys.stderr.isatty()
        self._open = False
        self._started = time.monotonic()

    def tell(self, told: "Told") -> None:
        """Something has begun, or a value was tried."""
        from inhouse_models.speed.search import Trial
        from inhouse_models.speed.telling import Began

        if isinstance(told, Trial):
            self.trials.append(told)
            self._result(told)
        elif isinstance(told, Began):
            seconds = time.monotonic() - self._started
            line = f"trying {told.what} ({told.number + 1} of {told.count}, {seconds:.0f} s)"
            self._show(line)

    def show_bytes(self, done: int, total: int, step: str) -> None:
        """A file that is checked before."""
        share = f": {100 * done // total} %" if total else ""
        if self._live:
            self._show(f"{step}{share}")

    def end(self) -> None:
        """Leave nothing of the line that moves."""
        if self._open:
            typer.echo("\r\x1b[K", nl=False, err=True)
        self._open = False

    def _show(self, line: str) -> None:
        if self._live:
            typer.echo(f"\r\x1b[K{sanitise_line(line)}", nl=False, err=True)
            self._open = True
        else:
            say(line, err=True)

    def _result(self, trial: "Trial") -> None:
        if not self._live or trial.verdict == "impossible":
            return
        from inhouse_models.speed.choices import spell

        self.end()
        shown = f"{trial.factor} {spell(trial.value)}: {speed_of(trial)} ({trial.verdict})"
        say(shown, err=True)


def speed_of(trial: "Trial") -> str:
    """The figure of a trial with its unit."""
    figure = trial.seconds if trial.part == "turn" else 1 / trial.seconds
    return f"{figure:.1f} {WHAT[trial.part]}"


def trial_rows(trials: "list[Trial]") -> list[list[str]]:
    """A table of what was tried, with its figures."""
    from inhouse_models.speed.choices import spell

    rows = [["CHOICE", "VALUE", "SPEED", "TIME", "ROUNDS", "RESULT"]]
    for trial in trials:
        if trial.verdict == "impossible":
            rows.append(
                [trial.factor, spell(trial.value), "", "", "", f"not tried: {trial.reason}"]
            )
            continue
        share = f"{100 * trial.ratio:.0f} %"
        figures = [speed_of(trial), share, str(trial.rounds)]
        rows.append([trial.factor, spell(trial.value), *figures, RESULTS[trial.verdict]])
    return rows


RESULTS = {
    "kept": "kept",
    "chosen": "chosen",
    "alike": "no clear difference",
    "slower": "slower",
}
