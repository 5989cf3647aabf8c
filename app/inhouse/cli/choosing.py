"""Which model answers and where: the options that every command with a model has."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.project import root_of, settings_of
from inhouse.complain import complain

if TYPE_CHECKING:
    from inhouse.settings import Settings
    from inhouse_tools.json_value import JsonValue

ModelName = Annotated[
    str | None,
    typer.Option("-m", "--model", metavar="NAME", help="Model name, or path of a GGUF file."),
]
Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="URL", help="Use this OpenAI-shaped server instead."),
]
Folder = Annotated[
    Path | None, typer.Option("-C", "--cwd", metavar="DIR", help="Work in this folder.")
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Only the answer and errors, no progress.")
]
Verify = Annotated[
    str | None,
    typer.Option(
        "--verify", metavar="COMMAND", help="Done means: this command succeeds, else go on."
    ),
]
Trust = Annotated[
    bool, typer.Option("--trust", help="Trust what this folder brings along from now on.")
]
TrustOnce = Annotated[
    bool, typer.Option("--trust-once", help="Trust this folder for this run only.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Progress and tool output even without a terminal.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """Which model answers; None means: as the settings say."""

    model: ModelName = None
    endpoint: Endpoint = None

    def flags(self) -> "dict[str, JsonValue]":
        """What was given, by the name of the setting."""
        given = {"model": self.model, "endpoint": self.endpoint}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOptions(ModelOptions):
    """Which model answers, and in which folder."""

    folder: Folder = None

    @property
    def root(self) -> Path:
        """The folder to work in; ends the command when there is none."""
        return root_of(self.folder)


def settings_for(root: Path, options: ModelOptions, *, quiet: bool = False) -> "Settings":
    """The settings for a folder, with the notices of where they come from on standard error."""
    resolved = settings_of(root, options.flags())
    if not quiet:
        for notice in resolved.notices:
            complain(notice)
    return resolved.settings
