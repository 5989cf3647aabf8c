"""`inhouse acp`: the agent for an editor that speaks the Agent Client Protocol."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.flags import Mode

if TYPE_CHECKING:
    from inhouse.build import BuildProblem, Wish
    from inhouse_tools.json_value import JsonValue

BY_HAND = (
    "An editor starts this and speaks to it over standard input and output: set the command of a "
    "custom agent there to `inhouse acp`. docs/editors.md shows how. To converse here: inhouse"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("acp")(acp)


def acp(
    model: Annotated[
        str | None,
        typer.Option("-m", "--model", metavar="NAME", help="Model name, or path of a GGUF file."),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="URL", help="Use this OpenAI-shaped server instead."),
    ] = None,
    mode: Annotated[
        Mode | None,
        typer.Option("--mode", help="What goes ahead unasked; the editor can change it."),
    ] = None,
    offline: Annotated[
        bool | None,
        typer.Option(
            "--offline/--no-offline", help="Cut off from the network.", show_default=False
        ),
    ] = None,
) -> None:
    """Serve an editor on standard input and output (Agent Client Protocol)."""
    if sys.stdin.isatty():
        fail(BY_HAND)
    if offline is not None:
        # It is for what is started from here as well, such as a download.
        os.environ["INHOUSE_OFFLINE"] = str(offline).lower()
    wanted = {"model": model, "endpoint": endpoint, "mode": mode.value if mode else None}
    given: dict[str, JsonValue] = {name: one for name, one in wanted.items() if one is not None}
    from inhouse.acp.serving import serve
    from inhouse.wishing import Wanted, make_wish

    def wish_for(root: Path, extra: tuple[Path, ...]) -> "Wish | BuildProblem":
        return make_wish(Wanted(root, "ask", given, extra))

    asyncio.run(serve(wish_for))
