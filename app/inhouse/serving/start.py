"""Serves the model of this machine over a socket until it is told to stop."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from inhouse.connect import Progress, connect
from inhouse_models.chat import ModelError, ModelInfo
from inhouse_models.local import LocalClient
from inhouse_models.serving.figures import Figures
from inhouse_models.serving.served import Served

if TYPE_CHECKING:
    from inhouse.serving.listening import Listening
    from inhouse.settings import Settings

NO_ENDPOINT = (
    "inhouse serves the model of this machine, and endpoint is set to {}. Programs can ask that"
    " server themselves; to serve a model from here, leave out endpoint."
)


async def serve(
    settings: "Settings",
    listening: "Listening",
    token: str | None,
    begun: Callable[[ModelInfo], None],
    progress: Progress,
) -> ModelError | None:
    """Answer until SIGINT or SIGTERM; `begun` is told the model when requests are taken.

    The engine is the one of all front ends of the person. The socket listens already: from here on
    this process can open none.
    """
    if settings.endpoint:
        return ModelError("no_model", NO_ENDPOINT.format(settings.endpoint))
    client = await connect(settings, progress)
    if isinstance(client, ModelError):
        return client
    if not isinstance(client, LocalClient):
        raise TypeError("without an endpoint the engine of this machine answers")
    try:
        progress(0, 0, "loading the model")
        info = await client.info()
        if isinstance(info, ModelError):
            return info
        facts = await client.ask("/inhouse/model")
        if isinstance(facts, ModelError):
            return facts
        # It is the one front end that is a server itself.
        from inhouse_models.serving.running import run_server

        served = Served(client, info, client.sampling, facts, Figures(), int(time.time()))
        await run_server(served, listening.socket, token, lambda: begun(info))
    finally:
        await client.close()
    return None
