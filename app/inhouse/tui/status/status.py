"""What the status line tells, as one value."""

from dataclasses import dataclass
from typing import Literal

Held = Literal["full", "partial", "none", "off"]


@dataclass(frozen=True, slots=True)
class Status:
    """What holds now. Empty texts and zeros mean: not known, and nothing is shown of it.

    `sandbox` says how commands are held back, `endpoint` is the URL of a server that is used
    instead of the engine. `tokens` of `context` are filled, exactly or about; at `compact_at` of
    them (a share) the conversation is summarised. `model_bytes` and `cache_bytes` are what the
    model and the keys and values of its context take.
    """

    mode: str = ""
    branch: str = ""
    model: str = ""
    quantisation: str = ""
    sandbox: "Held | None" = None
    endpoint: str = ""
    tokens: int = 0
    context: int = 0
    exact: bool = True
    compact_at: float = 0.85
    model_bytes: int = 0
    cache_bytes: int = 0
