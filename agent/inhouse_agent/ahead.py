"""Lets the engine read what is certain to come while something else is still going on."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from inhouse_agent.context import fixed_request
from inhouse_agent.kit import Kit


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
