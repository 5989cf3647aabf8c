"""`inhouse -p TEXT` and `inhouse run TEXT`: one prompt, one answer."""

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from inhouse.cli.fail import fail
from inhouse.cli.flags import Flags, OutputFormat, takes_flags
from inhouse.cli.root import PROMPT_COMMAND, PromptCommand
from inhouse.complain import complain

if TYPE_CHECKING:
    from inhouse.build import Wish
    from inhouse.output.formats import Output
    from inhouse.output.progress import Progress
    from inhouse.sources import Resolved

COMMANDS = ("config", "doctor", "engine", "instructions", "models", "run", "sessions")
NO_SCREEN = 'The terminal UI is not there yet. Ask once with: inhouse -p "fix the failing test"'


def register(app: typer.Typer) -> None:
    """Add the hidden command behind `inhouse …` and the visible `inhouse run`."""
    app.command(PROMPT_COMMAND, cls=PromptCommand, hidden=True)(takes_flags(open_or_print))
    app.command("run", cls=PromptCommand)(takes_flags(run))


def open_or_print(flags: Flags) -> None:
    """Open the terminal UI, or answer the one prompt of -p."""
    words = flags.words or []
    if flags.version:
        from inhouse import __version__

        typer.echo(f"inhouse {__version__}")
        return
    if flags.prompt is not None:
        if words:
            fail(f"Unexpected {words[0]!r} next to -p: put the whole prompt in quotes.")
        print_answer(flags, flags.prompt)
    near = get_close_matches(words[0], COMMANDS, n=1) if words else []
    if near:
        fail(f"There is no command {words[0]!r}. Did you mean {near[0]}?")
    fail(NO_SCREEN)


def run(flags: Flags) -> None:
    """Answer one prompt, then exit: the same as `inhouse -p`."""
    words = " ".join(flags.words or [])
    if flags.prompt is not None and words:
        fail("Give the prompt once: after run, or with -p.")
    print_answer(flags, flags.prompt or words)


def print_answer(flags: Flags, words: str) -> NoReturn:
    """Answer one prompt and end with its exit code."""
    import asyncio

    from inhouse import oneshot
    from inhouse.build import build
    from inhouse_agent.events import Noticed

    root = _root(flags)
    resolved = _resolve(flags, root)
    prompt = _prompt(flags, words)
    wish = _wish(flags, root, resolved)
    progress = _progress(flags)
    output = _output(flags, progress)
    for notice in resolved.notices:
        output.show(Noticed(notice))
    code = asyncio.run(
        oneshot.run(
            prompt,
            output,
            lambda show: build(wish, show, progress.step),
            structured=wish.schema is not None,
        )
    )
    raise typer.Exit(code)


def _root(flags: Flags) -> Path:
    try:
        root = (flags.folder or Path.cwd()).expanduser().resolve(strict=True)
    except OSError as problem:
        fail(f"The folder {problem.filename or 'you are in'} is not there: {problem.strerror}.")
    for folder in (root, *(flags.add_dir or [])):
        if not folder.expanduser().is_dir():
            fail(f"{folder} is not a folder.")
    return root


def _resolve(flags: Flags, root: Path) -> "Resolved":
    from inhouse.settings import SettingProblem
    from inhouse.sources import resolve
    from inhouse.trust import trust

    if flags.trust:
        try:
            trust(root)
        except OSError as problem:
            fail(f"The trust in {root} cannot be kept: {problem}")
    resolved = resolve(root, os.environ, flags.settings())
    if isinstance(resolved, SettingProblem):
        fail(resolved.text)
    return resolved


def _prompt(flags: Flags, words: str) -> str:
    from inhouse.prompts import PromptProblem, compose_prompt, read_piped

    piped = read_piped(sys.stdin, ignore if flags.quiet else complain)
    prompt = piped if isinstance(piped, PromptProblem) else compose_prompt(words, piped)
    if isinstance(prompt, PromptProblem):
        fail(prompt.text)
    return prompt


def ignore(text: str) -> None:
    """Say nothing."""
    del text


def _wish(flags: Flags, root: Path, resolved: "Resolved") -> "Wish":
    from inhouse.build import Resume, Wish
    from inhouse.prompts import PromptProblem, read_schema

    schema = None if flags.json_schema is None else read_schema(flags.json_schema)
    if isinstance(schema, PromptProblem):
        fail(schema.text)
    if flags.resume == "":
        fail("-r needs the ID of a session here: inhouse sessions list shows them; -c is the last.")
    if flags.lora and flags.endpoint:
        fail("--lora is for inhouse's own engine; the server behind --endpoint loads its own.")
    if flags.fork and not (flags.continued or flags.resume):
        fail("--fork needs -c or -r: which session is to be copied?")
    return Wish(
        root=root,
        settings=resolved.settings,
        default_mode="auto-edit",
        extra=tuple(folder.expanduser().resolve() for folder in flags.add_dir or []),
        resume=Resume(flags.continued, flags.resume or "", flags.fork),
        schema=schema,
        system_prompt=flags.system_prompt or "",
        append_system_prompt=flags.append_system_prompt or "",
    )


def _progress(flags: Flags) -> "Progress":
    from inhouse.output.progress import Detail, Progress

    terminal = sys.stderr.isatty()
    detail = Detail.FULL if terminal else Detail.NOTICES
    if flags.verbose:
        detail = Detail.VERBOSE
    if flags.quiet:
        detail = Detail.NOTHING
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Progress(sys.stderr, detail, live=terminal and not plain, colour=terminal and not plain)


def _output(flags: Flags, progress: "Progress") -> "Output":
    from inhouse.output.formats import Both, JsonOutput, StreamJsonOutput, TextOutput

    outputs = {
        OutputFormat.TEXT: TextOutput,
        OutputFormat.JSON: JsonOutput,
        OutputFormat.STREAM_JSON: StreamJsonOutput,
    }
    return Both(progress, outputs[flags.output_format]())
