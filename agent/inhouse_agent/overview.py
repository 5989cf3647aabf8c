"""The repository map in the first prompt: signatures that matter for the task, counted exactly."""

import asyncio
from typing import Final

from inhouse_agent.events import Noticed
from inhouse_agent.kit import Kit
from inhouse_models.chat import Message, ModelError, Request
from inhouse_tools.repository_map import estimate, map_for_task

PATIENCE_SECONDS: Final = 10.0
LATE: Final = (
    "The repository is still being indexed: the map is left out of this prompt. "
    "`inhouse map` finishes it."
)
HEAD: Final = "The most important definitions for this task, by file (not all there are):"


async def overview(kit: Kit, prompt: str) -> str:
    """The map for a prompt, at most `map_tokens` long; empty when there is nothing to show.

    Indexing a large repository for the first time takes longer than a person waits: what was
    parsed by then is kept, and the map comes with a later session.
    """
    budget = kit.profile.map_tokens if kit.options.map_tokens is None else kit.options.map_tokens
    if not budget:
        return ""
    loop = asyncio.get_running_loop()

    def count(text: str) -> int:
        request = Request((Message("user", text),))
        tokens = asyncio.run_coroutine_threadsafe(kit.client.count(request), loop).result()
        return estimate(text) if isinstance(tokens, ModelError) else tokens

    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            text = await map_for_task(kit.workspace, prompt, budget, count)
    except TimeoutError:
        kit.emit(Noticed(LATE))
        return ""
    return f"{HEAD}\n{text.rstrip()}" if text.strip() else ""
