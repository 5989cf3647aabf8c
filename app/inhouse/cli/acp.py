"""`inhouse acp`: the agent for an editor that speaks the Agent Client Protocol."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import ModelOptions
from inhouse.cli.fail import fail
from inhouse.cli.flags import Mode
from inhouse.cli.options import takes

if TYPE_CHECKING:
    from inhouse.build import BuildProblem, Wish

BY_HAND = (
    "An editor starts this and speaks to it over standard input and output: set the command of a "
    "custom agent there to `inhouse acp`. docs/editors.md shows how. To converse here: inhouse"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("acp")(takes(AcpOptions, acp))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcpOptions(ModelOptions):
    """What stood on the command line."""

    mode: Annotated[
        Mode | None,
        typer.Option("--mode", help="What goes ahead unasked; the editor can change it."),
    ] = None
    offline: Annotated[
        bool | None,
        typer.Option(
            "--offline/--no-offline", help="Cut off from the network.", show_default=False
        ),
    ] = None


def acp(options: AcpOptions) -> None:
    """Serve an editor on standard input and output (Agent Client Protocol)."""
    if sys.stdin.isatty():
        fail(BY_HAND)
    if options.offline is not None:
        # It is for what is started from here as well, such as a download.
        os.environ["INHOUSE_OFFLINE"] = str(options.offline).lower()
    given = options.flags()
    if options.mode is not None:
        given["mode"] = options.mode.value
    from inhouse.acp.serving import serve
    from inhouse.wishing import Wanted, make_wish

    def wish_for(root: Path, extra: tuple[Path, ...]) -> "Wish | BuildProblem":
        return make_wish(Wanted(root, "ask", given, extra))

    asyncio.run(serve(wish_for))
