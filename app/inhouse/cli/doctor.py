"""`inhouse doctor`: is everything here that is needed?"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.project import settings_of
from inhouse.cli.table import print_table
from inhouse.exit_codes import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    prove_offline: Annotated[
        bool,
        typer.Option(
            "--prove-offline", help="Run a real task and show that nothing leaves this machine."
        ),
    ] = False,
) -> None:
    """Check the installation; exit code 5 when something needed is missing."""
    if prove_offline:
        prove(as_json=as_json)
        return
    from inhouse.doctor import examine
    from inhouse.output.progress import Detail, Progress
    from inhouse.output.result import encode_line

    live = sys.stderr.isatty()
    progress = Progress(sys.stderr, Detail.FULL, live=live, colour=live)
    report = asyncio.run(examine(Path.cwd(), progress.step))
    progress.end()
    if as_json:
        typer.echo(encode_line(report.encode()), nl=False)
    else:
        rows = [[check.state, check.name, check.text] for check in report.checks]
        for name, count in report.prompt_tokens.items():
            rows.append(["ok", "prompt", f"{count:,} tokens of system prompt and tools for {name}"])
        print_table(rows)
    if not report.healthy:
        raise typer.Exit(ExitCode.ENGINE)


def prove(*, as_json: bool) -> None:
    """Show what a whole task does with the network; exit code 1 unless it is nothing at all."""
    from inhouse.output.progress import Detail, Progress
    from inhouse.output.result import encode_line
    from inhouse.proof.proving import NotTried, prove_offline

    settings = settings_of(Path.cwd()).settings
    live = sys.stderr.isatty()
    progress = Progress(sys.stderr, Detail.FULL, live=live, colour=live)
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
