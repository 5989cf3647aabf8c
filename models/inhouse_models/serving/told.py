"""What answers of both kinds say alike: who answered, when, how it ended and what it cost."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inhouse_models.chat import Finish, Reason
from inhouse_models.serving.asked import Asked
from inhouse_models.serving.faults import fault_of
from inhouse_models.serving.served import Served
from inhouse_models.wire import encode_usage

ENDINGS: Mapping[Reason, str] = {
    "stop": "stop",
    "calls": "tool_calls",
    "length": "length",
    "cancelled": "stop",
    "error": "stop",
}
LAST_EVENT = b"data: [DONE]\n\n"
# A line that says nothing, so that nobody takes a long prompt for a lost connection.
STILL_READING = b": reading\n\n"


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes objects of one answer; `kind` begins its id, such as `chatcmpl`."""

    served: Served
    kind: str
    identity: str = field(default_factory=lambda: secrets.token_hex(12))
    created: int = field(default_factory=lambda: int(time.time()))

    def tell(self, object_name: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        """An object with these choices."""
        return {
            "id": f"{self.kind}-{self.identity}",
            "object": object_name,
            "created": self.created,
            "model": self.served.info.name,
            "system_fingerprint": self.served.info.fingerprint,
            "choices": choices,
        }


def told_costs(finish: Finish) -> dict[str, Any]:
    """Tokens as OpenAI tells them, times as llama.cpp does."""
    usage, timings = finish.usage, finish.timings
    return {
        "usage": encode_usage(usage),
        "timings": {
            "cache_n": usage.cached_input_tokens,
            "prompt_n": usage.input_tokens - usage.cached_input_tokens,
            "prompt_ms": timings.read_seconds * 1000,
            "predicted_n": usage.output_tokens,
            "predicted_ms": timings.write_seconds * 1000,
        },
    }


def event(data: Mapping[str, Any]) -> bytes:
    """One event of a stream."""
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def last_events(
    teller: Teller, last: Mapping[str, Any], asked: Asked, finish: Finish
) -> list[bytes]:
    """How a stream ends: with its `last` object and what it cost, or with why it failed."""
    if finish.error is not None:
        return [event(fault_of(finish.error).encode())]
    lines = [event(last)]
    if asked.usage:
        lines.append(event({**teller.tell(last["object"], []), **told_costs(finish)}))
    return [*lines, LAST_EVENT]
