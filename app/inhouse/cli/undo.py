"""`inhouse undo`: take back what turns have changed, or do it again."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import root_of, settings_of
from inhouse.cli.say import say_json
from inhouse.cli.sessions import describe_age
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from inhouse_tools.json_value import JsonValue
    from inhouse_tools.undo import FileSummary, Moved, Outcome, Store, Summaries, TurnSummary

GIB = 1024**3
MAX_COUNT_DIGITS = 3
MAX_SHOWN_FILES = 20
DEFAULT_TURNS = 20
STATES = {"undone": "taken back", "open": "running", "undoing": "half", "redoing": "half"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("undo")(takes(UndoOptions, undo))


@dataclass(frozen=True, slots=True)
class UndoOptions:
    """What stood on the command line."""

    which: Annotated[
        str,
        typer.Argument(metavar="[N|ID]", help="So many turns, or all back to this one."),
    ] = "1"
    listing: Annotated[bool, typer.Option("--list", help="Only show what could be undone.")] = False
    redo: Annotated[bool, typer.Option("--redo", help="Do again what was taken back.")] = False
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite what was changed since then.")
    ] = False
    folder: Annotated[
        Path | None, typer.Option("-C", "--cwd", metavar="DIR", help="In this folder.")
    ] = None
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False


def undo(options: UndoOptions) -> None:
    """Take back what the last turn has changed in this folder, commands included.

    Git's HEAD, index and stash stay as they are. What was changed since then is never merged.
    """
    store = _store(root_of(options.folder))
    if options.listing:
        given = _is_count(options.which) and options.which != "1"
        limit = int(options.which) if given else DEFAULT_TURNS
        _list(store, limit, as_json=options.as_json)
        return
    from inhouse_tools.undo import History

    history = History(store)
    wanted = int(options.which) if _is_count(options.which) else options.which
    if wanted in (0, ""):
        fail("There is nothing to do: give a number of turns, or the id of one.")
    move = history.redo if options.redo else history.undo
    outcome = move(wanted, force=options.force)
    if options.as_json:
        say_json(_encode(outcome))
    else:
        _show(outcome, redo=options.redo)
    if outcome.refusal is not None:
        if not options.as_json:
            complain(outcome.refusal.text)
        raise typer.Exit(ExitCode.FAILED)


def _store(root: Path) -> "Store":
    from inhouse_agent.undo import store_of

    return store_of(root, int(settings_of(root).settings.undo_disk * GIB))


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= MAX_COUNT_DIGITS


def _show(outcome: "Outcome", *, redo: bool) -> None:
    for notice in outcome.notices:
        complain(notice)
    for moved in outcome.moved:
        age = describe_age(time.time() - moved.turn.began)
        did = "did again" if redo else "took back"
        line = f"{did} {moved.turn.id} ({age}): {_first_line(moved.turn.prompt)}"
        typer.echo(sanitise_line(line))
        _show_paths("restored", moved.restored)
        _show_paths("removed", moved.removed)
        for note in moved.notes:
            typer.echo(sanitise_line(f"  {note}"))
    if outcome.moved and not redo:
        typer.echo("Changed your mind? inhouse undo --redo")


def _show_paths(word: str, paths: tuple[str, ...]) -> None:
    if paths:
        more = len(paths) - MAX_SHOWN_FILES
        shown = ", ".join(paths[:MAX_SHOWN_FILES]) + (f" and {more} more" if more > 0 else "")
        typer.echo(sanitise_line(f"  {word} {shown}"))


def _list(store: "Store", limit: int, *, as_json: bool) -> None:
    from inhouse_tools.refusal import Refusal
    from inhouse_tools.undo import summarise

    found = summarise(store, limit)
    if isinstance(found, Refusal):
        fail(found.text, ExitCode.FAILED)
    if as_json:
        say_json(_encode_list(found))
        return
    for notice in found.notices:
        complain(notice)
    if not found.turns:
        typer.echo("No turn has changed anything here yet.")
    for summary in found.turns:
        _show_summary(summary)


def _show_summary(summary: "TurnSummary") -> None:
    turn = summary.turn
    age = describe_age(time.time() - turn.began)
    facts = [age, f"{summary.bytes / 1e6:.1f} MB"]
    facts += [STATES[turn.state]] if turn.state in STATES else []
    facts += ["was killed"] if turn.interrupted else []
    line = f"{turn.id}  {_first_line(turn.prompt)} ({', '.join(facts)})"
    typer.echo(sanitise_line(line))
    for file in summary.files[:MAX_SHOWN_FILES]:
        typer.echo(sanitise_line(f"    {_describe(file)}"))
    if len(summary.files) > MAX_SHOWN_FILES:
        typer.echo(f"    and {len(summary.files) - MAX_SHOWN_FILES} more")
    if turn.head_before != turn.head_after:
        moved = f"HEAD moved from {turn.head_before or 'nothing'} to {turn.head_after or 'nothing'}"
        typer.echo(sanitise_line(f"    {moved}; only files are taken back"))
    if turn.problem:
        typer.echo(sanitise_line(f"    not recorded wholly: {turn.problem}"))


def _describe(file: "FileSummary") -> str:
    lines = "" if file.added is None else f" +{file.added} -{file.removed}"
    uncovered = "" if file.covered else " (not covered: it stays as it is)"
    return f"{file.what} {file.name}{lines}{uncovered}"


def _first_line(prompt: str) -> str:
    return next((line.strip() for line in prompt.splitlines() if line.strip()), "")[:100]


def _encode(outcome: "Outcome") -> "dict[str, JsonValue]":
    return {
        "turns": [_encode_moved(moved) for moved in outcome.moved],
        "refused": outcome.refusal.text if outcome.refusal else None,
        "notices": [*outcome.notices],
    }


def _encode_moved(moved: "Moved") -> "dict[str, JsonValue]":
    return {
        "id": moved.turn.id,
        "prompt": moved.turn.prompt,
        "restored": [*moved.restored],
        "removed": [*moved.removed],
        "notes": [*moved.notes],
    }


def _encode_list(found: "Summaries") -> "dict[str, JsonValue]":
    return {
        "turns": [_encode_summary(summary) for summary in found.turns],
        "notices": [*found.notices],
    }


def _encode_summary(summary: "TurnSummary") -> "dict[str, JsonValue]":
    turn = summary.turn
    return {
        "id": turn.id,
        "began": turn.began,
        "ended": turn.ended,
        "prompt": turn.prompt,
        "state": turn.state,
        "interrupted": turn.interrupted,
        "head": {"before": turn.head_before, "after": turn.head_after},
        "problem": turn.problem,
        "bytes": summary.bytes,
        "files": [
            {
                "name": file.name,
                "what": file.what,
                "added": file.added,
                "removed": file.removed,
                "covered": file.covered,
            }
            for file in summary.files
        ],
    }
