"""`inhouse engine pause` and `resume`: the model's memory for something else, and back."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.say import say, say_json
from inhouse.complain import complain
from inhouse.engine_memory import NONE_RUNS, describe_pause, describe_resume, parse_duration
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse_models.host.control import Obeyed


def register(group: typer.Typer) -> None:
    """Add the commands to `inhouse engine`."""
    group.command("pause")(pause)
    group.command("resume")(resume)


def pause(
    duration: Annotated[
        str, typer.Option("--for", metavar="TIME", help="So long, as 30m or 1h30m.")
    ] = "",
    *,
    losing_states: Annotated[
        bool,
        typer.Option(
            "--losing-states", help="Even if disk and memory have no room for conversations."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Give the model's memory to something else. Answers stop at a token; they and all prompts
    wait until `inhouse engine resume`, and go on where they were: nothing is read again.

    With --for the next prompt after that time loads the model. A pause lasts as long as the
    engine's process, also when nobody uses it.
    """
    from inhouse_models.host.control import pause_engines

    seconds = _read_duration(duration) if duration else None
    found = asyncio.run(pause_engines(seconds, losing=losing_states))
    _end([describe_pause(one) for one in found], found, as_json=as_json)


def resume(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Load the model of a paused engine again, with all its conversations."""
    from inhouse_models.host.control import resume_engines

    found = asyncio.run(resume_engines())
    _end([describe_resume(one) for one in found], found, as_json=as_json)


def _read_duration(text: str) -> float:
    seconds = parse_duration(text)
    if seconds is None:
        fail(f"--for {text} is not a time of at most a year, such as 90s, 30m or 1h30m.")
    return seconds


def _end(lines: Sequence[str], found: "Sequence[Obeyed]", *, as_json: bool) -> None:
    """Say what came of it, and end with an error when one of them did not obey."""
    if as_json:
        say_json([_for_programs(one) for one in found])
    elif not found:
        say(NONE_RUNS)
    for one, line in zip(found, lines, strict=True):
        if one.fault:
            complain(f"{one.status.model}: {one.fault}")
        elif not as_json:
            say(line)
    if any(one.fault for one in found):
        raise typer.Exit(ExitCode.ENGINE)


def _for_programs(one: "Obeyed") -> Mapping[str, Any]:
    told = {"pid": one.status.pid, "model": one.status.model, "error": one.fault or None}
    return {**told, **one.answer}
