"""`inhouse sessions`: what was asked before, and what of it is kept."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inhouse.cli.cache import complain_about_keepers
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.say import say
from inhouse.cli.table import print_table
from inhouse.cli.training_data import TrainingOptions, export_training_data
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_for, sanitise_line
from inhouse.times import DAY, describe_age

if TYPE_CHECKING:
    from inhouse_agent.session import SessionSummary

group = typer.Typer(
    help="List, show, name, export, summarise and delete earlier sessions.", no_args_is_help=True
)
MONTH_DAYS = 30


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
    rows = [["ID", "CHANGED", "MODEL", "TITLE"]]
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


@group.command("rename")
def rename(
    name: Annotated[str, typer.Argument(metavar="ID", help="ID, or the start of one.")],
    title: Annotated[
        str, typer.Argument(metavar="TITLE", help='One line; "" for the first prompt again.')
    ],
) -> None:
    """Give a session a title."""
    from inhouse_agent.session import Session, SessionProblem

    session = Session.open(name)
    if isinstance(session, SessionProblem):
        fail(session.text)
    problem = session.rename(title)
    session.close()
    if problem is not None:
        fail(problem.text, ExitCode.FAILED)
    typer.echo(sanitise_line(f"{session.id}: {session.title}"))


@dataclass(frozen=True, slots=True)
class ExportOptions(TrainingOptions):
    """What stood on the command line."""

    name: Annotated[str, typer.Argument(metavar="[ID]", help="ID, or the start of one.")] = ""
    form: Annotated[
        Literal["md", "html", "sft"] | None,
        typer.Option(
            "--format", help="md unless the file's name ends with .html; sft is training data."
        ),
    ] = None
    file: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A new file instead of the output; for sft a new folder.",
        ),
    ] = None


def export(options: ExportOptions) -> None:
    """Write a session as Markdown or as one HTML file; the last one of this folder by default.

    With --format sft, write the accepted turns of this folder's sessions as training data
    (docs/fine-tuning.md), with secrets masked. It stays on this machine.
    """
    import sys

    from inhouse.export.document import document_of
    from inhouse.export.writing import ExportProblem, format_of, render_document, write_document
    from inhouse_agent.session import Session, SessionProblem

    if options.form == "sft":
        export_training_data(options, options.name, options.file)
        return
    if given := options.given():
        fail(f"{given} is for --format sft.")
    name, form, file = options.name, options.form, options.file
    here = Path.cwd()
    session = Session.open(name, reading=True) if name else Session.latest(here, reading=True)
    if isinstance(session, SessionProblem):
        fail(session.text)
    session.close()
    document = document_of(session)
    if file is None:
        sys.stdout.write(sanitise_for(sys.stdout, render_document(document, form or "md")))
        return
    done = write_document(document, file, form or format_of(file.name))
    if isinstance(done, ExportProblem):
        fail(done.text, ExitCode.FAILED)
    typer.echo(sanitise_line(f"exported to {done}"))


group.command("export")(takes(ExportOptions, export))


@group.command("rm")
def remove(
    names: Annotated[
        list[str], typer.Argument(metavar="ID...", help="IDs, or the starts of some.")
    ],
) -> None:
    """Delete sessions and their states, except those that are open somewhere."""
    from inhouse_agent.session import list_sessions

    _remove(names, list_sessions())


@group.command("prune")
def prune(
    days: Annotated[
        float | None,
        typer.Option(
            "--older-than", metavar="DAYS", min=0, help="Unchanged for so long; 30 without --keep."
        ),
    ] = None,
    keep: Annotated[
        int,
        typer.Option("--keep", metavar="N", min=0, help="Keep the N newest anyway."),
    ] = 0,
    everywhere: Annotated[
        bool, typer.Option("-a", "--all", help="Of every folder, not only of this one.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Only show what would be deleted.")
    ] = False,
) -> None:
    """Delete old sessions of this folder and their states, except those open somewhere."""
    from inhouse_agent.session import list_sessions
    from inhouse_agent.session_removal import old_sessions

    if days is None and not keep:
        days = MONTH_DAYS
    before = None if days is None else time.time() - days * DAY
    found = old_sessions(
        list_sessions(None if everywhere else Path.cwd()), before=before, keep=keep
    )
    if not found:
        typer.echo("No session is that old.")
    elif dry_run:
        for one in found:
            typer.echo(f"would delete {_describe(one)}")
    else:
        _remove([one.id for one in found], found)


@group.command("compact")
def compact(
    name: Annotated[str, typer.Argument(metavar="[ID]", help="ID, or the start of one.")] = "",
    about: Annotated[
        str, typer.Option("--about", metavar="TEXT", help="What the summary must hold above all.")
    ] = "",
) -> None:
    """Summarise a session, to make room in its context; the last one of this folder by default."""
    import asyncio

    from inhouse.build import BuildProblem
    from inhouse.compacting import compact_session
    from inhouse_agent.compaction import NotCompacted
    from inhouse_agent.session import Session, SessionProblem

    here = Path.cwd()
    session = Session.open(name, reading=True) if name else Session.latest(here, reading=True)
    if isinstance(session, SessionProblem):
        fail(session.text)
    session.close()
    done = asyncio.run(compact_session(session.root, session.id, about))
    if isinstance(done, BuildProblem):
        fail(done.text, done.code)
    if isinstance(done, NotCompacted):
        fail(done.text, ExitCode.FAILED)
    say(f"{session.id}: {done.before:,} tokens became {done.after:,}.")


def _remove(identifiers: list[str], known: "list[SessionSummary]") -> None:
    """Delete them one by one and say so; what stays is said last, and is an error."""
    import asyncio

    from inhouse.removing import remove_with_states

    described = {one.id: _describe(one) for one in known}
    done = asyncio.run(remove_with_states(identifiers))
    for identifier in done.removal.removed:
        say(f"deleted {described.get(identifier, identifier)}")
    for problem in done.removal.problems:
        complain(problem.text)
    complain_about_keepers(done.keeping)
    if done.removal.problems:
        raise typer.Exit(ExitCode.FAILED)


def _describe(session: "SessionSummary") -> str:
    age = describe_age(time.time() - session.changed)
    return sanitise_line(f"{session.id} ({age}): {session.title}")
