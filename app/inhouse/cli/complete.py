"""`inhouse complete`: text for a cursor, for an editor line by line or for a script once."""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import WorkOptions
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import settings_of
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.completing.cursor import Cursor
    from inhouse.settings import Settings
    from inhouse_models.completion import CompletionRequest

BY_HAND = (
    "An editor starts this and writes requests, one JSON object a line; docs/editors.md shows them."
    " By hand: inhouse complete main.py:12:8"
)
NOTHING = "The model has nothing to add there."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("complete")(takes(CompleteOptions, complete))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteOptions(WorkOptions):
    """What stood on the command line."""

    place: Annotated[
        str | None, typer.Argument(metavar="[FILE:LINE[:COLUMN]]", show_default=False)
    ] = None
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", min=1, max=1024, help="At most so long.")
    ] = 64
    budget: Annotated[
        int | None,
        typer.Option("--budget", metavar="MS", min=1, help="Give what there is after MS.",
                     show_default=False),
    ] = None  # fmt: skip
    candidates: Annotated[
        int, typer.Option("-n", metavar="N", min=1, max=8, help="So many different texts.")
    ] = 1
    line: Annotated[bool, typer.Option("--line", help="End with the line.")] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: text, candidates, tokens, cached, ms.")
    ] = False
    each: Annotated[
        bool, typer.Option("--each", help="Answer every line, not only the newest one.")
    ] = False
    symbols: Annotated[
        bool, typer.Option("--symbols/--no-symbols", help="Show the model what is defined here.")
    ] = True


def complete(options: CompleteOptions) -> None:
    """Fill in code at a cursor.

    With FILE:LINE:COLUMN once; piped text is the file's unsaved content. Without it, requests are
    lines of JSON on standard input, and every answer is one line.
    """
    root = options.root
    if options.place is None:
        if sys.stdin.isatty():
            fail(BY_HAND)
        _serve(root, settings_of(root, options.flags()).settings, options)
        return
    from inhouse.completing.cursor import read_cursor
    from inhouse_tools.refusal import Refusal

    cursor = read_cursor(options.place, _piped())
    if isinstance(cursor, Refusal):
        fail(cursor.text)
    _complete_once(root, settings_of(root, options.flags()).settings, cursor, options)


def _serve(root: Path, settings: "Settings", options: CompleteOptions) -> None:
    from inhouse.completing.start import serve

    try:
        problem = asyncio.run(serve(root, settings, each=options.each, symbols=options.symbols))
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if problem is not None:
        fail(problem.text, ExitCode.ENGINE)


def _piped() -> str | None:
    """What is piped in, None for nothing."""
    from inhouse.prompts import PromptProblem, read_piped

    piped = read_piped(sys.stdin, lambda _text: None)
    if isinstance(piped, PromptProblem):
        fail(piped.text)
    return piped or None


def _complete_once(
    root: Path, settings: "Settings", cursor: "Cursor", options: CompleteOptions
) -> None:
    from inhouse.completing.serving import answer_fields
    from inhouse.completing.start import complete_once
    from inhouse.output.result import encode_line
    from inhouse_models.chat import ModelError

    started = time.monotonic()
    try:
        found = asyncio.run(complete_once(root, settings, _request(root, cursor, options)))
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if isinstance(found, ModelError):
        fail(found.text, ExitCode.ENGINE)
    if options.as_json:
        sys.stdout.write(encode_line(answer_fields(found, time.monotonic() - started)))
        return
    if not found.text:
        complain(NOTHING)
    texts = [one.text for one in found.candidates]
    sys.stdout.buffer.write("\n\0\n".join(texts).encode("utf-8", "replace"))


def _request(root: Path, cursor: "Cursor", options: CompleteOptions) -> "CompletionRequest":
    from inhouse_models.completion import Budget, CompletionRequest, StopRule

    file = cursor.file.resolve()
    return CompletionRequest(
        cursor.prefix,
        cursor.suffix,
        str(file.relative_to(root)) if file.is_relative_to(root) else cursor.file.name,
        repository=root.name,
        max_tokens=options.max_tokens,
        budget=Budget(options.budget),
        candidates=options.candidates,
        stop=StopRule("line" if options.line else "block"),
    )
