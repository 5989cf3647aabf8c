"""`inhouse sessions`: what was asked before."""

import time
from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.table import print_table

group = typer.Typer(help="List and show earlier sessions.", no_args_is_help=True)
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="sessions")


@group.command("list")
def list_all(
    everywhere: Annotated[
        bool, typer.Option("-a", "--all", help="Of every folder, not only of this one.")
    ] = False,
) -> None:
    """Sessions of this folder, the newest first."""
    from inhouse_agent.session import list_sessions

    found = list_sessions(None if everywhere else Path.cwd())
    if not found:
        typer.echo(
            "There is no session yet." if everywhere else "There is none in this folder yet."
        )
        return
    rows = [["ID", "CHANGED", "MODEL", "PROMPT"]]
    for one in found:
        title = f"{one.root}: {one.title}" if everywhere else one.title
        rows.append([one.id, describe_age(time.time() - one.changed), one.model, title])
    print_table(rows)


@group.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="[ID]", help="ID, or the start of one.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One event a line.")] = False,
) -> None:
    """What was said and done in a session; the last one of this folder by default."""
    import sys

    from inhouse.output.progress import Detail, Progress
    from inhouse.output.result import encode_line
    from inhouse.output.transcript import show_transcript
    from inhouse_agent.codec import encode
    from inhouse_agent.session import Session, SessionProblem

    here = Path.cwd()
    session = Session.open(name, reading=True) if name else Session.latest(here, reading=True)
    if isinstance(session, SessionProblem):
        fail(session.text)
    events = session.events()
    session.close()
    if as_json:
        for event in events:
            sys.stdout.write(encode_line(encode(event)))
        return
    show_transcript(events, Progress(sys.stdout, Detail.VERBOSE))


def describe_age(seconds: float) -> str:
    """A time ago, as a person says it."""
    if seconds < 2 * MINUTE:
        return "just now"
    if seconds < 2 * HOUR:
        return f"{seconds // MINUTE:.0f} minutes ago"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR:.0f} hours ago"
    return f"{seconds // DAY:.0f} days ago"
