"""What a server's refusal means, whatever words and shape it has, and what to do about it."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from inhouse_models.bounded_response import shorten
from inhouse_models.chat import ErrorKind, ModelError

# Each server has its own words for a prompt that is longer than the context: llama-server "exceeds
# the available context size", vLLM and llama-cpp-python "maximum context length is", SGLang "longer
# than the model's context length", LM Studio "when context the overflows", Ollama "exceeds maximum
# context length".
OVERFLOW = re.compile(
    r"context[ _](?:length|size|window)|context the overflows|maximum (?:model|input) length"
    r"|prompt (?:is )?too long|reduce the length of the (?:messages|prompt)",
    re.IGNORECASE,
)
# How llama-server and OpenAI name it, in a field beside the words.
OVERFLOW_NAMES = (b"exceed_context_size_error", b"context_length_exceeded")
NO_PARSER = "enable-auto-tool-choice"
ADVICE = {
    401: "It wants an API key: inhouse models key {url}",
    403: "It does not accept the API key: inhouse models key {url}",
    404: "Is it a model server, and does it have this model? Ask it: inhouse models discover {url}",
    413: "The request is too large for it, or for a proxy before it.",
    422: "It does not understand the request.",
    429: "It has too much to do, or limits requests: wait a moment, then ask again.",
    502: "A proxy before it cannot reach it.",
    503: "It is not ready, or overloaded: wait a moment, then ask again.",
    504: "A proxy before it lost patience: it has to wait longer than a long prompt takes to read.",
}
PARSER_ADVICE = "Start vLLM with --enable-auto-tool-choice and --tool-call-parser NAME."


def read_refusal(url: str, status: int, body: bytes) -> ModelError:
    """The error of a refused request, as a sentence that says what to do."""
    told = message_of(body)
    named = any(name in body for name in OVERFLOW_NAMES)
    if (named or is_overflow(told)) and status not in (401, 403, 404):
        return ModelError("overflow", told)
    if NO_PARSER in told:
        return ModelError("request", f"{told.rstrip('.')}. {PARSER_ADVICE}")
    said = f"{url} refuses with status {status}" if status else f"{url} breaks off"
    said += f": {told.rstrip('.')}." if told else "."
    advice = ADVICE.get(status, "" if told else "Its log says why.").format(url=url)
    return ModelError(_kind_of(status), f"{said} {advice}".strip())


def _kind_of(status: int) -> ErrorKind:
    return "no_model" if status in (401, 403, 404) else "request"


def is_overflow(text: str) -> bool:
    """Whether this is how a server says that a prompt is longer than its context."""
    return bool(OVERFLOW.search(text))


def message_of(body: bytes) -> str:
    """What an error says, shortened, in any of the shapes that servers have for it."""
    try:
        data: object = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return shorten(_message_in(data))


def _message_in(data: object) -> str:
    """`{"error": {"message"}}`, `{"error": ""}`, `{"message"}`, `{"detail"}` of FastAPI."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        entries = cast("list[object]", data)
        return _message_in(entries[0]) if entries else ""
    if not isinstance(data, Mapping):
        return ""
    known = cast("Mapping[str, Any]", data)
    for name in ("error", "message", "detail", "msg"):
        if known.get(name):
            return _message_in(known[name])
    return ""
