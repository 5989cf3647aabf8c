"""Connects a completion to its model and its repository."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.completing.context import SymbolContext
from inhouse.completing.lines import open_lines
from inhouse.completing.serving import Service
from inhouse.connect import connect
from inhouse_agent.folders import cache_folder, folder_of_root
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.completion import Completion, CompletionClient, CompletionRequest
from inhouse_tools.index.repository_index import RepositoryIndex

if TYPE_CHECKING:
    from inhouse.build import Connect
    from inhouse.settings import Settings

CANNOT = "What answers at {} cannot complete: it has no /infill. Leave --endpoint out."
INDEX_PATIENCE = 10.0


async def reach(
    settings: "Settings", connect_model: "Connect" = connect
) -> CompletionClient | ModelError:
    """The client of the model that is meant."""
    client: ModelClient | ModelError = await connect_model(settings, _say_nothing)
    if isinstance(client, ModelError):
        return client
    if not isinstance(client, CompletionClient):
        await client.close()
        return ModelError("no_model", CANNOT.format(settings.endpoint))
    return client


async def serve(
    root: Path,
    settings: "Settings",
    *,
    each: bool = False,
    symbols: bool = True,
    connect_model: "Connect" = connect,
) -> ModelError | None:
    """Answer lines until the input ends; why there is no model."""
    lines = await open_lines()
    client = await reach(settings, connect_model)
    if isinstance(client, ModelError):
        return client
    context = symbol_context(root) if symbols else None
    editor = "" if each else f"complete {os.getpid()}"
    await Service(root, editor, client, lines, context).run()
    return None


async def complete_once(
    root: Path,
    settings: "Settings",
    request: CompletionRequest,
    connect_model: "Connect" = connect,
) -> Completion | ModelError:
    """The completion of one place."""
    client = await reach(settings, connect_model)
    if isinstance(client, ModelError):
        return client
    context = symbol_context(root)
    try:
        return await client.complete(await context.enrich(request, INDEX_PATIENCE))
    finally:
        await context.close()
        await client.close()


def symbol_context(root: Path) -> SymbolContext:
    """The definitions of a repository."""
    return SymbolContext(root, RepositoryIndex(root, folder_of_root(cache_folder(), root)))


def _say_nothing(_done: int, _total: int, _what: str) -> None:
    """An editor waits anyway."""
