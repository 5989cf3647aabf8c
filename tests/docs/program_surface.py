"""What the program really has: commands with their options, slash commands, names in its code."""

import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import typer
from tests.docs.document_reading import QUOTED, ROOT

from inhouse.cli import USAGE_ERROR, app
from inhouse.plain.commands import COMMANDS
from inhouse.tui.commands.registry import all_commands

SOURCES: Final = ("app", "agent", "tools", "models", "packaging", "scripts", ".ci")
SUFFIXES: Final = frozenset(
    {".py", ".toml", ".sh", ".lua", ".el", ".ts", ".json", ".css", ".vim", ".md", ".txt", ""}
)
# Options that act as soon as they are read.
COMPLETING: Final = frozenset({"--install-completion", "--show-completion", "--version"})
# What stands for a value in a synopsis, where the value has to have a form of its own.
VALUES: Final[Mapping[str, str]] = {
    "N": "3",
    "DAYS": "30",
    "SECONDS": "60",
    "MODE": "plan",
    "FORMAT": "json",
    "PORT": "0",
    "KEY": "model",
    "SHELL": "bash",
    "TIME": "30m",
}


@cache
def tree() -> Any:
    """The command line; of a class that typer keeps private, hence Any."""
    return typer.main.get_command(app)


@cache
def commands() -> Mapping[str, Any]:
    """Every command that is shown, by the words that call it; groups are not among them."""
    return dict(walk(tree(), ()))


def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """A command, or what a group holds."""
    inner: Mapping[str, Any] = getattr(command, "commands", {})
    if not inner:
        yield " ".join(path), command
    for name, one in inner.items():
        if not one.hidden:
            yield from walk(one, (*path, name))


@cache
def options() -> frozenset[str]:
    """Every option of every command, hidden commands too."""
    found: set[str] = {"-h", "--help"}
    waiting: list[Any] = [tree()]
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        for parameter in command.params:
            found.update((*parameter.opts, *parameter.secondary_opts))
    return frozenset(one for one in found if one.startswith("-"))


@cache
def slash_commands() -> frozenset[str]:
    """The names of the commands of the terminal UI and of plain mode, which editors offer, too."""
    return frozenset((*(one.name for one in all_commands()), *COMMANDS))


def problem_of(call: str) -> str:
    """Why a call of `inhouse` is not understood; empty when it is. Nothing is run."""
    try:
        words = shlex.split(without_notation(call))[1:]
    except ValueError as problem:
        return str(problem)
    if not words or not COMPLETING.isdisjoint(words):
        return ""
    first = call.split()[1]
    if first.isupper():
        # `inhouse COMMAND --help` stands for any of them.
        return ""
    if first[0] not in "-\"'<…" and first not in tree().commands:
        return f"there is no command {first!r}"
    try:
        return parse(words)
    except USAGE_ERROR as problem:
        return problem.format_message()
    except typer.Exit:
        return ""


def parse(words: list[str]) -> str:
    """Take the words as the program would, up to the place where a command would be run."""
    command: Any = tree()
    context = command.make_context("inhouse", words)
    while hasattr(command, "resolve_command"):
        left = [*context._protected_args, *context.args]
        if not left:
            return ""
        name, command, rest = command.resolve_command(context, left)
        if not rest and command.params and not hasattr(command, "resolve_command"):
            # `inhouse models rm` in a sentence names the command and means any call of it.
            return ""
        if not rest and hasattr(command, "resolve_command"):
            return ""
        context = command.make_context(name, rest, parent=context)
    return ""


def without_notation(call: str) -> str:
    """A synopsis as one of the calls it stands for: `[ID]` as an ID, `a|b` as a."""
    parts = QUOTED.split(call)
    for place, part in enumerate(parts):
        if QUOTED.fullmatch(part):
            continue
        plain = re.sub(r"(?<=\w)\|[\w|-]+", "", re.sub(r"[\[\]]", "", part).replace("…", ""))
        parts[place] = re.sub(r"\b[A-Z]+\b", lambda found: VALUES.get(found[0], found[0]), plain)
    return "".join(parts)


@cache
def source() -> str:
    """All of our code as one text, to look names up in; documents and tests are not in it."""
    paths = (path for folder in SOURCES for path in (ROOT / folder).rglob("*"))
    files = (
        *(path for path in paths if is_source(path)),
        ROOT / "tests" / "goldens" / "events.json",
    )
    return "\n".join(path.read_text("utf-8", "replace") for path in files)


def is_source(path: Path) -> bool:
    """Whether names are looked up in this file."""
    parts = path.relative_to(ROOT).parts
    return (
        path.is_file()
        and path.suffix in SUFFIXES
        and path.name != "README.md"
        and not {"__pycache__", "node_modules", "sample"}.intersection(parts)
    )


@cache
def names_in_source() -> frozenset[str]:
    """Every word of our code."""
    return frozenset(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", source()))
