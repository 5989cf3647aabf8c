"""What a server is and which models it has, as values."""

from dataclasses import dataclass
from typing import Literal

EngineName = Literal[
    "inhouse",
    "llama-server",
    "llama-cpp-python",
    "vLLM",
    "SGLang",
    "Ollama",
    "LM Studio",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server can answer with.

    `context` is what one conversation may have, in tokens, 0 where the server does not tell it;
    `trained` is what the model was made for, which is often more. None: not told.
    """

    name: str
    context: int = 0
    trained: int = 0
    loaded: bool | None = None
    sees: bool | None = None
    calls: bool | None = None
    thinks: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answered: its URL without `/v1`, what it is, and its models, best first.

    `infill` says whether it has llama.cpp's `/infill`.
    """

    url: str
    engine: EngineName
    version: str = ""
    models: tuple[ServedModel, ...] = ()
    infill: bool = False

    @property
    def label(self) -> str:
        """For a person."""
        name = "an OpenAI-shaped server" if self.engine == "unknown" else self.engine
        return f"{name} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class NotServed:
    """Why a server cannot be used. `closed`: nobody listens there; `locked`: it wants a key."""

    url: str
    text: str
    closed: bool = False
    locked: bool = False
    loading: bool = False
