"""`inhouse edit`: a filter that any editor and any script can use without a plugin."""

import asyncio
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import ModelOptions, Quiet, settings_for
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_for

if TYPE_CHECKING:
    from inhouse.filtering.buffer import Buffer
    from inhouse.filtering.edit import Edited, NotEdited
    from inhouse.filtering.place import Place
    from inhouse.settings import Settings
    from inhouse_tools.json_value import JsonValue

SAME = "Nothing had to be changed."
NO_FILE = "--in-place writes into a file: name it, as in inhouse edit --in-place main.py TEXT."
TOO_MANY = "Give a file and the instruction in quotes: inhouse edit main.py:10-20 'add type hints'"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("edit")(takes(EditOptions, edit))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOptions(ModelOptions):
    """What stood on the command line."""

    words: Annotated[
        list[str], typer.Argument(metavar="[FILE[:LINE[-LINE]]] INSTRUCTION", show_default=False)
    ]
    diff: Annotated[
        bool, typer.Option("--diff", help="Write a unified diff instead of the new text.")
    ] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: text, diff, changed, usage, error.")
    ] = False
    in_place: Annotated[
        bool, typer.Option("-i", "--in-place", help="Write into FILE; inhouse undo takes it back.")
    ] = False
    quiet: Quiet = False


def edit(options: EditOptions) -> None:
    """Change text from standard input or of FILE as INSTRUCTION says; the new text comes out.

    Piped text is the selection when it has as many lines as FILE:LINE-LINE, else the whole buffer.
    When it fails, what came in comes out, and the exit code is not 0.
    """
    from inhouse.filtering.buffer import read_buffer
    from inhouse_tools.refusal import Refusal

    place, wanted = _read_words(options.words)
    if options.in_place and place is None:
        fail(NO_FILE)
    buffer = read_buffer(place)
    if isinstance(buffer, Refusal):
        fail(buffer.text)
    settings = settings_for(Path.cwd(), options, quiet=options.quiet)
    edited = _edit(buffer, wanted, settings, quiet=options.quiet)
    _write(options, buffer, edited)
    from inhouse.filtering.edit import NotEdited

    if isinstance(edited, NotEdited):
        fail(edited.text, edited.code)
    if not edited.changed and not options.quiet:
        complain(SAME)
    if options.in_place and place is not None and edited.changed:
        _write_back(place, edited, wanted, settings)


def _read_words(words: list[str]) -> "tuple[Place | None, str]":
    from inhouse.filtering.place import read_place

    if len(words) > 2:
        fail(TOO_MANY)
    wanted = words[-1].strip()
    if not wanted or "\0" in wanted:
        fail("The instruction is empty.")
    if len(words) == 1:
        return None, wanted
    place = read_place(words[0])
    if isinstance(place, str):
        fail(place)
    return place, wanted


def _edit(
    buffer: "Buffer", wanted: str, settings: "Settings", *, quiet: bool
) -> "Edited | NotEdited":
    from inhouse.filtering.edit import NotEdited, Telling, edit
    from inhouse.output.progress import progress_on

    progress = progress_on(sys.stderr, quiet=quiet)
    try:
        return asyncio.run(edit(buffer, wanted, settings, Telling(progress.show, progress.step)))
    except KeyboardInterrupt:
        return NotEdited("Interrupted.", ExitCode.INTERRUPTED)
    finally:
        progress.end()


def _write(options: EditOptions, buffer: "Buffer", edited: "Edited | NotEdited") -> None:
    """The result on standard output: exactly the bytes of the new text, nothing beside it."""
    from inhouse.filtering.edit import Edited
    from inhouse.output.result import encode_line
    from inhouse_tools.refusal import Refusal

    done = isinstance(edited, Edited)
    text = edited.text if done else buffer.result(buffer.text)
    if options.as_json:
        line: dict[str, JsonValue] = {
            "type": "edit",
            "changed": done and edited.changed,
            "text": text,
            "diff": edited.diff if done else "",
            "usage": asdict(edited.usage) if done else None,
            "error": None if done else edited.text,
        }
        sys.stdout.write(encode_line(line))
        return
    if options.diff:
        sys.stdout.write(sanitise_for(sys.stdout, edited.diff if done else ""))
        return
    if options.in_place:
        return
    raw = buffer.source.encode(text)
    if isinstance(raw, Refusal):
        fail(raw.text, ExitCode.FAILED)
    if sys.stdout.isatty():
        sys.stdout.write(sanitise_for(sys.stdout, text))
    else:
        sys.stdout.buffer.write(raw)


def _write_back(place: "Place", edited: "Edited", wanted: str, settings: "Settings") -> None:
    from inhouse.filtering.edit import write_back
    from inhouse.trust.identity import project_folder

    file = place.file.resolve()
    root = project_folder(file.parent)
    problem = asyncio.run(write_back(root, file, edited, wanted, settings.undo_disk))
    if problem:
        fail(problem, ExitCode.FAILED)
