"""`inhouse uninstall`: lists and removes every byte that inhouse has placed on this machine."""

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise

if TYPE_CHECKING:
    from inhouse.uninstalling.finding import Found


@dataclass(frozen=True, slots=True)
class Options:
    """What stood on the command line."""

    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be removed.")] = (
        False
    )
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
    keep_models: Annotated[
        bool, typer.Option("--keep-models", help="Leave the models where they are.")
    ] = False
    keep_sessions: Annotated[
        bool, typer.Option("--keep-sessions", help="Leave the sessions where they are.")
    ] = False
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("uninstall")(takes(Options, uninstall))


def uninstall(options: Options) -> None:
    """List what inhouse has placed on this machine, ask, and remove it; the program itself is
    removed by what installed it, which is said at the end."""
    from inhouse.uninstalling.program import is_another_person, look_at_program
    from inhouse.uninstalling.report import as_json

    if is_another_person(Path.home()):
        fail(
            f"{Path.home()} belongs to another user. Run `inhouse uninstall` as that user, "
            "without sudo."
        )
    program = look_at_program()
    found = _find(options)
    if not options.as_json:
        _show(found)
    going = not options.dry_run
    problems: list[str] = []
    if going and found.items:
        _agree(found, options)
    if going:
        # Of nothing but empty folders there is nothing to ask.
        problems = _remove(options)
    if options.as_json:
        say_json(as_json(found, program, removed=going))
    else:
        say(f"The program itself ({program.kind}) is removed by: {program.command}")
    for problem in problems:
        complain(problem)
    if problems:
        raise typer.Exit(ExitCode.FAILED)


def _find(options: Options) -> "Found":
    """Everything of ours that is not to be kept; ends the command when it cannot be read."""
    from inhouse.uninstalling.finding import find_all
    from inhouse.uninstalling.table import MODEL_KINDS, SESSION_KINDS
    from inhouse.uninstalling.worktrees import keep_unsaved_work

    try:
        found = asyncio.run(keep_unsaved_work(find_all()))
    except OSError as problem:
        fail(f"{problem.filename} cannot be read: {problem.strerror}.", ExitCode.FAILED)
    models = MODEL_KINDS if options.keep_models else ()
    kept = {*models, *(SESSION_KINDS if options.keep_sessions else ())}
    return replace(found, items=tuple(one for one in found.items if one.kind not in kept))


def _show(found: "Found") -> None:
    from inhouse.uninstalling.report import kept_lines, rows_of, sum_up

    if found.items:
        print_table(rows_of(found))
        say(f"\nTogether: {sum_up(found)}.")
    else:
        say("There is nothing that inhouse has placed.")
    if found.kept:
        say("\nThis stays:")
        for line in kept_lines(found.kept):
            say(f"  {line}")
    say("")


def _agree(found: "Found", options: Options) -> None:
    """Ends the command unless all of this may go, and nobody works with it."""
    from inhouse.uninstalling.report import sum_up
    from inhouse.uninstalling.running import find_running, open_sessions
    from inhouse_agent.folders import state_folder

    busy = [one for one in find_running() if not one.serves]
    if busy:
        listed = ", ".join(f"inhouse {' '.join(one.words[:2])}".strip() for one in busy)
        pids = ", ".join(str(one.pid) for one in busy)
        fail(f"Nothing was removed: {listed} still runs (process {pids}). End it first.")
    opened = open_sessions(state_folder() / "sessions")
    if opened:
        fail(f"Nothing was removed: the session {opened[0]} is open. Close it first.")
    if options.yes:
        return
    if options.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        fail("Nothing was removed: nobody can be asked here. To go ahead, add --yes.")
    if not typer.confirm(sanitise(f"Remove {sum_up(found)}? This cannot be undone."), err=True):
        complain("Nothing was removed.")
        raise typer.Exit(ExitCode.DONE)


def _remove(options: Options) -> list[str]:
    """End what runs, then remove everything; returns what went wrong, in sentences."""
    from inhouse.uninstalling.removing import remove_found
    from inhouse.uninstalling.running import end_running, find_running
    from inhouse.uninstalling.worktrees import finish_writes

    staying = end_running([one.pid for one in find_running() if one.serves])
    if staying:
        fail(f"Nothing was removed: process {staying[0]} does not end.", ExitCode.FAILED)
    # What just ended may have written until then.
    found = _find(options)
    for sentence in finish_writes(found):
        complain(sentence)
    outcome = asyncio.run(remove_found(found))
    for notice in outcome.notices:
        complain(notice)
    reasons = {failed.item.path: failed.why for failed in outcome.failed}
    left = [item.path for item in _find(options).items]
    unknown = "something has written it meanwhile"
    return [f"{path} is still there: {reasons.get(path, unknown)}" for path in left]
