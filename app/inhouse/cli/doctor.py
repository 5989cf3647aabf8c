"""`inhouse doctor`: is everything here that is needed?"""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.fixing_build import fix_build
from inhouse.cli.options import takes
from inhouse.cli.project import settings_of
from inhouse.cli.say import say
from inhouse.cli.table import print_table
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.doctor import Report
    from inhouse_tools.json_value import JsonValue


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """What stood on the command line."""

    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="URL", help="Look at this server and what it can."),
    ] = None
    model: Annotated[
        str | None, typer.Option("-m", "--model", metavar="NAME", help="Look at this model.")
    ] = None
    prove_offline: Annotated[
        bool,
        typer.Option(
            "--prove-offline", help="Run a real task and show that nothing leaves this machine."
        ),
    ] = False
    fix_build: Annotated[
        bool,
        typer.Option("--fix-build", help="Get a llama.cpp that uses this machine's GPU; asks."),
    ] = False
    agreed: Annotated[bool, typer.Option("--yes", help="With --fix-build: do not ask.")] = False
    report: Annotated[
        bool, typer.Option("--report", help="Write a file for a bug report, without secrets.")
    ] = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(takes(DoctorOptions, doctor))


def doctor(options: DoctorOptions) -> None:
    """Check the installation; exit code 5 when something needed is missing."""
    if options.fix_build:
        fix_build(agreed=options.agreed)
        return
    if options.prove_offline:
        prove(as_json=options.as_json)
        return
    from inhouse.bug_report import Scrubber
    from inhouse.doctor import examine
    from inhouse.output.progress import progress_on
    from inhouse.output.result import encode_line

    progress = progress_on(sys.stderr)
    given: dict[str, JsonValue] = {"endpoint": options.endpoint, "model": options.model}
    flags = {name: value for name, value in given.items() if value is not None}
    report = asyncio.run(examine(Path.cwd(), progress.step, flags))
    progress.end()
    scrubber = Scrubber(addresses(options), os.environ)
    if options.as_json:
        typer.echo(encode_line(scrubber.value(report.encode())), nl=False)
    elif not options.report:
        print_table([[scrubber.text(cell) for cell in row] for row in rows_of(report)])
    if options.report:
        write(report, options)
    elif not report.healthy:
        raise typer.Exit(ExitCode.ENGINE)


def rows_of(report: "Report") -> list[list[str]]:
    """One row a check, then what the prompts cost."""
    rows = [[check.state, check.name, check.text] for check in report.checks]
    for name, count in report.prompt_tokens.items():
        rows.append(["ok", "prompt", f"{count:,} tokens of system prompt and tools for {name}"])
    return rows


def addresses(options: DoctorOptions) -> list[str]:
    """Addresses of servers as they were given; a key may stand in them."""
    from inhouse.settings import SettingProblem
    from inhouse.sources import resolve

    resolved = resolve(Path.cwd(), os.environ, {})
    own = "" if isinstance(resolved, SettingProblem) else resolved.settings.endpoint
    return [address for address in (options.endpoint, own) if address]


def write(report: "Report", options: DoctorOptions) -> None:
    """Write the file for a bug report into this folder, and say where it is."""
    from inhouse.bug_report import Scrubber, write_report

    scrubber = Scrubber(addresses(options), os.environ, Path.home())
    try:
        path = write_report(report, scrubber, Path.cwd())
    except OSError as problem:
        fail(f"The report cannot be written into {Path.cwd()}: {problem.strerror}.")
    say(str(path), err=options.as_json)
    say("Read it before you attach it: secrets and your home's name are left out.", err=True)


def prove(*, as_json: bool) -> None:
    """Show what a whole task does with the network; exit code 1 unless it is nothing at all."""
    from inhouse.output.progress import progress_on
    from inhouse.output.result import encode_line
    from inhouse.proof.proving import NotTried, prove_offline

    settings = settings_of(Path.cwd()).settings
    progress = progress_on(sys.stderr)
    proof = asyncio.run(prove_offline(settings, progress.step))
    progress.end()
    if isinstance(proof, NotTried):
        fail(proof.text, ExitCode.ENGINE)
    if as_json:
        typer.echo(encode_line(proof.encode()), nl=False)
    else:
        print_table(proof.rows())
    if proof.verdict != "proven":
        raise typer.Exit(ExitCode.FAILED)
