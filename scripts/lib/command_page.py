"""The lists in docs/commands.md, made from the command line and the terminal UI themselves."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from inhouse.cli import app
from inhouse.cli.root import PROMPT_COMMAND
from inhouse.plain.commands import COMMANDS
from inhouse.tui.commands.registry import all_commands


def command_list() -> str:
    """A section for every command: what it does, and its options."""
    root: Any = typer.main.get_command(app)
    prompt = root.commands[PROMPT_COMMAND]
    parts = ["## `inhouse`\n\nOpens the terminal UI, or does one task.\n\n" + option_table(prompt)]
    whole = "\n\n".join((*parts, *sections(root, "inhouse"))) + "\n"
    table = option_table(prompt)
    first = whole.index(table) + len(table)
    return whole[:first] + whole[first:].replace(table, "It takes the options of `inhouse`.")


def sections(group: Any, path: str) -> Iterator[str]:
    """What a group holds; a command is of a class that typer keeps private, hence Any."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        whole = f"{path} {name}"
        if getattr(command, "commands", None):
            yield section(f"## `{whole}", shown_command(command), help_of(command))
            yield from sections(command, whole)
        else:
            level = "##" if path == "inhouse" else "###"
            yield section(f"{level} `{whole}", command, help_of(command))


def section(heading: str, command: Any, text: str) -> str:
    """A heading with the arguments of a command, its help, and its options."""
    arguments = "".join(f" {one}" for one in argument_names(command))
    parts = (f"{heading}{arguments}`", text, option_table(command))
    return "\n\n".join(part for part in parts if part)


def shown_command(group: Any) -> Any:
    """Whose options a group takes: its own, or those of the hidden command that it stands for."""
    hidden = [one for one in group.commands.values() if one.hidden]
    return hidden[0] if type(group) is not TyperGroup and hidden else group


def argument_names(command: Any) -> Iterator[str]:
    """What follows the name, as the help shows it."""
    pieces: list[str] = command.collect_usage_pieces(typer.Context(command))
    yield from (
        argument(piece) for piece in pieces if not piece.startswith(("[OPTIONS]", "COMMAND"))
    )


def argument(piece: str) -> str:
    """An argument without typer's marks: braces where it is needed, a second pair of brackets."""
    name, several = piece.removesuffix("..."), piece.endswith("...")
    if name.startswith(("{", "[[")):
        name = name[1:-1]
    name = name.replace("...", "…")
    return f"{name}…".upper() if several and not name.rstrip("]").endswith("…") else name.upper()


def help_of(command: Any) -> str:
    """The help as paragraphs; what typer would keep in lines is a block of code."""
    text = (command.help or "").replace("\f", "")
    paragraphs = (part.strip("\n") for part in text.split("\n\n"))
    return "\n\n".join(paragraph(part) for part in paragraphs if part)


def paragraph(text: str) -> str:
    """One paragraph of help."""
    if text.startswith("\b\n"):
        return "\n".join(f"    {line}" for line in text[2:].splitlines())
    return " ".join(text.split()).replace("<", "&lt;")


def option_table(command: Any) -> str:
    """The options of a command; empty when it has none but --help."""
    context = typer.Context(command)
    options = (one for one in command.params if one.param_type_name == "option")
    records = [one.get_help_record(context) for one in options]
    rows = [f"| `{cell(one[0])}` | {cell(one[1])} |" for one in records if one]
    return "\n".join(("| option | meaning |", "|---|---|", *rows)) if rows else ""


def cell(text: str) -> str:
    """A text in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def slash_command_list() -> str:
    """The commands of the terminal UI, and which of them plain mode has."""
    everywhere = {one.name: one for one in all_commands()}
    alone = {name: one for name, one in COMMANDS.items() if name not in everywhere}
    rows = [f"| `{call(one.name, one.takes)}` | {one.summary} |" for one in everywhere.values()]
    rows += [
        f"| `{call(name, one.takes)}` in plain mode and editors | {one.summary} |"
        for name, one in alone.items()
    ]
    return "\n".join(("| command | what it does |", "|---|---|", *rows)) + "\n"


def call(name: str, takes: str) -> str:
    """A command with what it takes."""
    return cell(f"/{name} {takes}")
