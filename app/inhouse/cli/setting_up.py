"""What `inhouse setup` does once it is agreed to: download, measure, make it the default."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import typer

from inhouse.cli.fail import fail
from inhouse.cli.pulling import pull_here
from inhouse.cli.say import say
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from inhouse.settings import Settings
    from inhouse_models.machine import Machine
    from inhouse_models.measuring.asking import Step
    from inhouse_models.measuring.causes import Evidence
    from inhouse_models.store import ModelFile

STOPPED = "Stopped. What was downloaded is kept{}: the same command goes on there."
STOPPED_LATER = "Stopped. {} is on this machine; measure it with: inhouse setup --measure -m {}"
STOPPED_ASKING = "Stopped. Nothing more was done: inhouse setup asks again."


@dataclass(frozen=True, slots=True)
class Target:
    """The model to set up, by the name that `models pull` takes; `context` 0 is as settings say."""

    name: str
    context: int = 0


def download(target: Target) -> "ModelFile":
    """The model, whole and checked; goes on where it was stopped. Ends the command when it cannot
    be had."""
    from inhouse.cli.models import Meter
    from inhouse_models.download import PullFault
    from inhouse_models.store import Store, StoreFault
    from inhouse_models.transfer import describe_size

    meter, kept = Meter(), 0

    def follow(done: int, total: int, step: str) -> None:
        nonlocal kept
        kept = done
        meter.show(done, total, step)

    try:
        if is_here(target.name):
            found = asyncio.run(Store().prepare(target.name, follow))
        else:
            found = pull_here(target.name, follow, projector=False)
    except KeyboardInterrupt:
        meter.end()
        stop(STOPPED.format(f" ({describe_size(kept)})" if kept else ""))
    meter.end()
    if isinstance(found, PullFault):
        fail(str(found), ExitCode.ENGINE)
    if isinstance(found, StoreFault):
        fail(found.text, ExitCode.ENGINE)
    return found


def measure(
    file: "ModelFile", target: Target, machine: "Machine", settings: "Settings"
) -> "Evidence":
    """Load and measure it, with progress; what came out is remembered. Ends the command when the
    engine cannot."""
    from inhouse.interrupting import interrupts
    from inhouse.setting_up.measuring import measure_and_remember
    from inhouse_models.chat import ModelError

    context = target.context or settings.context
    steps = StepLine(file.name)

    async def work() -> "Evidence | ModelError":
        with interrupts():
            return await measure_and_remember(file, context, machine, settings, steps.show)

    try:
        evidence = asyncio.run(work())
    except (asyncio.CancelledError, KeyboardInterrupt):
        steps.end()
        stop(STOPPED_LATER.format(file.name, file.name))
    steps.end()
    if isinstance(evidence, ModelError):
        fail(evidence.text, ExitCode.ENGINE)
    return evidence


def find_here(name: str) -> "ModelFile":
    """The model of this name, or the one that answers when it is empty; ends the command when it
    is not on this machine, or is harmed."""
    from inhouse.cli.models import Meter
    from inhouse.connect import NO_MODEL, best_model
    from inhouse_models.store import Store, StoreFault

    store, meter = Store(), Meter()
    wanted = name or best_model(store.list())
    if not wanted:
        fail(NO_MODEL, ExitCode.ENGINE)
    found = asyncio.run(store.prepare(wanted, meter.show))
    meter.end()
    if isinstance(found, StoreFault):
        fail(found.text, ExitCode.ENGINE)
    return found


def adopt(target: Target, file: "ModelFile") -> None:
    """Make it the model that answers; ends the command when that cannot be written."""
    from inhouse.settings_file import write_value
    from inhouse.sources import user_file

    values = {"model": file.name if file.stored else str(file.path.absolute())}
    for key, value in {**values, **({"context": target.context} if target.context else {})}.items():
        problem = write_value(user_file(), key, value)
        if problem is not None:
            fail(problem.text)


def agrees(question: str, *, agreed: bool) -> bool:
    """Whether the person wants it; only asked at a terminal."""
    if agreed:
        return True
    say("", err=True)
    try:
        return typer.confirm(sanitise_line(question), default=True, err=True)
    except typer.Abort:
        stop(STOPPED_ASKING)


def stop(text: str) -> NoReturn:
    """End as what was interrupted."""
    complain(text)
    raise typer.Exit(ExitCode.INTERRUPTED)


class StepLine:
    """How far a measurement is, on standard error: a line that moves, or one line a step."""

    def __init__(self, name: str) -> None:
        from inhouse.output.progress import progress_on

        self._name = name
        self._progress = progress_on(sys.stderr)
        self._last = ""

    def show(self, step: "Step", done: int, total: int) -> None:
        """The step, how much of it is done and of how much."""
        from inhouse.setting_up.telling import describe_step

        text = describe_step(step, self._name)
        if sys.stderr.isatty():
            self._progress.step(done, total, text)
        elif step != self._last:
            say(text, err=True)
        self._last = step

    def end(self) -> None:
        """Take the line away."""
        self._progress.end()


def is_here(name: str) -> bool:
    """Whether nothing has to be downloaded."""
    from inhouse_models.store import ModelFile, Store

    found = Store().find(name)
    return isinstance(found, ModelFile) and found.path.is_file()
