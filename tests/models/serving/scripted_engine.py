"""A scripted model behind the addresses that other programs ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from inhouse_models.chat import ModelClient, ModelError, Sampling
from inhouse_models.scripted import INFO
from inhouse_models.scripted_completion import ScriptedCompletions
from inhouse_models.serving.application import ServedApplication
from inhouse_models.serving.figures import Figures
from inhouse_models.serving.served import EngineClient, Served


@dataclass(slots=True)
class ScriptedEngine(ScriptedCompletions):
    """A model that also answers questions about texts; `interrupted` are sessions."""

    told: Mapping[str, dict[str, Any] | ModelError] = field(
        default_factory=dict[str, dict[str, Any] | ModelError]
    )
    interrupted: list[str] = field(default_factory=list[str])

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any] | ModelError:
        """What was told it to answer."""
        return self.told.get(path, ModelError("engine_lost", "It is gone."))

    async def interrupt(self, session: str) -> None:
        """Note it."""
        self.interrupted.append(session)


@dataclass(slots=True)
class Borrowing(ScriptedEngine):
    """Streams what another model streams."""

    other: ModelClient = field(default_factory=lambda: ScriptedEngine(()))

    def stream(self, request: Any) -> Any:
        """Of the other one."""
        return self.other.stream(request)


def application_of(client: EngineClient) -> ServedApplication:
    """The addresses in front of a made-up model."""
    return ServedApplication(Served(client, INFO, Sampling(), {}, Figures(), 1))


def http_of(client: EngineClient) -> httpx.AsyncClient:
    """A client of these addresses, without a network."""
    routes = application_of(client).routes()
    transport = httpx.ASGITransport(routes)
    return httpx.AsyncClient(transport=transport, base_url="http://served")
