"""The command line as plain data: every command with its options, for completion and the manual."""

from typing import Any, Final

import typer
import typer.main

from inhouse.cli.evaluate import RUN
from inhouse.cli.root import PROMPT_COMMAND
from inhouse.cli.trust import HERE

DEFAULTS: Final = frozenset({PROMPT_COMMAND, HERE, RUN})
"""What the groups do without the name of a command, by a hidden one."""
Node = dict[str, Any]
"""A command: `help` (its first line), `text` (all of it), `options` (`names`, `value`, `help`),
`arguments` (`value`, `help`), `commands` by name."""


def tree_of(app: typer.Typer) -> Node:
    """The whole command line. The options of what is done without the name of a command, as a
    prompt, stand at its group.

    typer keeps the classes of commands and contexts private, hence Any.
    """
    root: Any = typer.main.get_command(app)
    context: Any = typer.Context(root, info_name="inhouse")
    return _describe(root, context)


def _describe(command: Any, context: Any) -> Node:
    text = str(command.help or "").replace("\b", "").replace("\f", "").strip()
    node: Node = {"text": text, "options": [], "arguments": [], "commands": {}}
    for name, inner in getattr(command, "commands", {}).items():
        described = _describe(inner, typer.Context(inner, info_name=name, parent=context))
        if inner.hidden and name in DEFAULTS:
            node["options"] += described["options"]
            node["arguments"] += described["arguments"]
        elif not inner.hidden:
            node["commands"][name] = described
    known = {name for one in node["options"] for name in one["names"]}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if parameter.hidden or record is None:
            continue
        spelled, help_text = record
        if parameter.param_type_name == "argument":
            node["arguments"].append({"value": spelled, "help": help_text})
            continue
        names = [*parameter.opts, *parameter.secondary_opts]
        value = "" if parameter.is_flag else _value_of(spelled)
        if known.isdisjoint(names):
            node["options"].append({"names": names, "value": value, "help": help_text})
    return node


def _value_of(spelled: str) -> str:
    """What stands behind the names: FILE of `-o, --output FILE`."""
    words = spelled.replace(",", " ").split(" ")
    return " ".join(word for word in words if word and not word.startswith("-"))
