"""`inhouse doctor --fix-build`: replaces a llama.cpp that does not know the graphics card."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from inhouse.cli.fail import fail
from inhouse.cli.project import settings_of
from inhouse.cli.say import say
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.llama_build import BuildLook
    from inhouse_models.backends.rebuilding import Rebuild

OFFLINE = "offline is set, so nothing is downloaded: unset it first, or run the command yourself."
ASK_FIRST = "Nothing was changed. Add --yes to run it."
SLOW = "Compiling takes minutes, on two cores about a quarter of an hour."
STOP = "An engine that runs still has the old build: inhouse engine stop"


def fix_build(*, agreed: bool) -> None:
    """Look at the build and mend it when it does not use the graphics card."""
    from inhouse.llama_build import look_at_build

    mend(asyncio.run(look_at_build()), agreed=agreed)


def mend(look: "BuildLook", *, agreed: bool) -> None:
    """Show what mends the build, ask, run it, and check what came of it."""
    from inhouse.llama_build import show_commands

    say(f"llama.cpp: {look.text}", err=True)
    if look.good:
        say("There is nothing to mend.")
        return
    if look.planned is None:
        fail(look.obstacle, ExitCode.ENGINE)
    if look.planned.way.cmake:
        say(SLOW, err=True)
    for command in show_commands(look.planned):
        say(command)
    if settings_of(Path.cwd()).settings.offline:
        fail(OFFLINE, ExitCode.ENGINE)
    if not agreed and not agrees():
        complain(ASK_FIRST)
        raise typer.Exit(ExitCode.BLOCKED)
    run(look, look.planned)


def agrees() -> bool:
    """Whether the person wants it to be run; nobody is asked without a terminal."""
    return sys.stdin.isatty() and typer.confirm("Run this now?", err=True)


def run(look: "BuildLook", planned: "Rebuild") -> None:
    """Run the command; ends with exit code 5 unless the new build works."""
    from inhouse.interrupting import interrupts
    from inhouse.llama_build import reinstall_hint
    from inhouse.output.progress import progress_on
    from inhouse_models.backends.installed import Installed
    from inhouse_models.backends.rebuilding import RebuildFault, rebuild

    progress = progress_on(sys.stderr)
    show = progress.step if sys.stderr.isatty() else print_step

    async def work() -> Installed | RebuildFault:
        with interrupts():
            return await rebuild(planned, show)

    try:
        done = asyncio.run(work())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        progress.end()
    if isinstance(done, RebuildFault):
        for line in done.lines[-5:]:
            say(line, err=True)
        fail(f"{done.text}. If llama.cpp does not load now: {reinstall_hint()}", ExitCode.ENGINE)
    card = look.hardware.card
    say(f"llama.cpp {done.version} is built for {', '.join(done.backends)} now: {card} is used.")
    say(STOP, err=True)


def print_step(_done: int, _total: int, step: str) -> None:
    """Every line, where none can be rewritten."""
    say(step, err=True)
