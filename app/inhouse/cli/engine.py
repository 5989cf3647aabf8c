"""`inhouse engine`: the process that holds the model."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from inhouse.cli import cache, pausing
from inhouse.cli.fail import fail
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.engine_memory import describe_memory

group = typer.Typer(help="Look at, stop or debug the engine.", no_args_is_help=True)
LOG_BYTES = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the group."""
    cache.register(group)
    pausing.register(group)
    app.add_typer(group, name="engine")


@group.command("status")
def show_status(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also what was measured of the machine.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What runs, with which model, how much memory it takes, and what of it was released."""
    from inhouse_models.host.control import engine_status

    found = asyncio.run(engine_status())
    if as_json:
        say_json([asdict(one) for one in found])
        return
    if not found:
        typer.echo("No engine runs; it starts with the next prompt.")
        return
    rows = [["PID", "MODEL", "STATE", "TOKENS HELD", "MEMORY", "UP", "IDLE"]]
    for one in found:
        # The first of those that wait for an answer is being answered.
        queue = f", {one.waiting - 1} waiting" if one.waiting > 1 else ""
        state = f"busy{queue}" if one.busy and one.state == "ready" else one.state
        held = f"{one.held_tokens:,} of {one.context_size:,}"
        memory = f"{one.resident_bytes / 2**30:.1f} GiB"
        times = [f"{one.uptime_seconds:.0f} s", f"{one.idle_seconds:.0f} s"]
        rows.append([str(one.pid), one.model, state, held, memory, *times])
    print_table(rows)
    for one in found:
        for line in describe_memory(one):
            say(line)
    if verbose:
        for one in found:
            say(f"\n{one.model}")
            print_table(describe_calibration(one.calibration))
            say("")
            print_table(describe_speed(one.speed))


def describe_speed(speed: Mapping[str, Any]) -> list[list[str]]:
    """What decides on speed in a running engine, and where each value comes from."""
    from inhouse.cli.speed_origins import speed_rows

    return speed_rows({name: (one["value"], one["from"]) for name, one in speed.items()})


def describe_calibration(figures: Mapping[str, Any]) -> list[list[str]]:
    """What was measured of a model on this machine, as rows of a table."""
    if not figures:
        return [["measured", "nothing yet; it happens when nobody waits"]]
    curve: list[float] = figures["curve"]
    shown = ", ".join(f"{rows}: {1000 * curve[rows - 1]:.1f}" for rows in range(1, len(curve), 3))
    return [
        ["threads, writing", str(figures["threads"])],
        ["threads, reading", str(figures["reading_threads"])],
        ["flash attention", "on" if figures["flash_attention"] else "off"],
        ["tokens read at once", f"at most {figures['chunk']}"],
        ["tokens read per second", f"{figures['reading_tokens_per_second']:.1f}"],
        ["tokens written per second", f"{1 / curve[0]:.1f}, without drafts"],
        ["ms of a batch, by its rows", shown],
    ]


@group.command("stop")
def stop() -> None:
    """Let it finish its answers and end; the memory is free then."""
    from inhouse_models.host.control import stop_engines

    stopped = asyncio.run(stop_engines())
    say(f"Stopping {stopped} engine{'s' if stopped > 1 else ''}." if stopped else "None runs.")


@group.command("log")
def show_log(
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many lines.")] = 50,
) -> None:
    """The last lines of its log."""
    from inhouse_models.host.places import log_path

    path = log_path()
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        typer.echo("There is no log yet: no engine was started.")
        return
    except OSError as problem:
        fail(f"{path} cannot be read: {problem.strerror}.")
    say(f"# {path}", err=True)
    say("\n".join(text.splitlines()[-lines:]))
