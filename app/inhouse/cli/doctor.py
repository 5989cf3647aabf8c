"""`inhouse doctor`: is everything here that is needed?"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli.table import print_table
from inhouse.exit_codes import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check the installation; exit code 5 when something needed is missing."""
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
