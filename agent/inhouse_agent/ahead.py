"""Lets the engine read what is certain, or likely, to come while something else is going on."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from inhouse_agent.context import fixed_request, prompt_messages
from inhouse_agent.events import Event
from inhouse_agent.kit import Kit
from inhouse_models.chat import Message


@contextlib.asynccontextmanager
async def reading_ahead(kit: Kit) -> AsyncGenerator[None]:
    """While this lasts, the system prompt and the tools are read; what is read stays known."""
    request = fixed_request(kit.profile, kit.tools, kit.options)
    reading = asyncio.create_task(kit.client.read_ahead(request))
    try:
        yield
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading


async def read_draft(kit: Kit, history: Sequence[Message], draft: str) -> None:
    """Reads a prompt that is still being written, with the files it names.

    When it is sent, only what has changed since has to be read. Nothing of the session changes,
    and cancelling the task stops it.
    """
    workspace = kit.workspace
    aside = replace(
        kit,
        emit=_ignore,
        workspace=replace(workspace, seen=dict(workspace.seen), made=set(workspace.made)),
    )
    messages, _notices = await prompt_messages(aside, history, draft)
    request = fixed_request(kit.profile, kit.tools, kit.options)
    request = replace(request, messages=(*history, *messages), session=kit.options.session)
    await kit.client.read_ahead(request)


def _ignore(_event: Event) -> None:
    """Nobody is told of what only may come."""
