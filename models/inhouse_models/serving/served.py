"""What is served: a model, the engine that answers, and the counters of it all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from inhouse_models.chat import ModelClient, ModelError, ModelInfo, Sampling
from inhouse_models.completion import CompletionClient
from inhouse_models.serving.figures import Figures


class EngineClient(ModelClient, CompletionClient, Protocol):
    """The shared engine of this machine."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any] | ModelError:
        """What the engine answers to a JSON body, or to a question without one."""
        ...


@dataclass(frozen=True, slots=True)
class Served:
    """`sampling` is the model's own, `facts` what the engine said of it when it was loaded: to ask
    again would start an engine that had ended. `created` is when serving began, in seconds since
    1970."""

    client: EngineClient
    info: ModelInfo
    sampling: Sampling
    facts: Mapping[str, Any]
    figures: Figures
    created: int
