"""Speaks the chat protocol to one server: sends a request, turns its stream into parts."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast, get_args

import httpx

from inhouse_models.bounded_response import (
    HEADERS,
    ExcessError,
    explain_head,
    read_body,
    read_lines,
    shorten,
)
from inhouse_models.chat import (
    Chances,
    Doubt,
    ErrorKind,
    Finish,
    Message,
    ModelError,
    Notice,
    Part,
    Prefill,
    Reason,
    Request,
    Text,
    Thinking,
    Timings,
    ToolCall,
    Usage,
)
from inhouse_models.wire import (
    Json,
    decode_chances,
    decode_doubts,
    decode_timings,
    decode_usage,
    encode_request,
    without_texts,
)

REASONS: Mapping[str, Reason] = {
    "stop": "stop",
    "tool_calls": "calls",
    "length": "length",
    "cancelled": "cancelled",
}
EVENTS = "text/event-stream"
# Far more than a model writes in an answer, or calls in one.
MOST_CHARACTERS = 32 * 1024**2
MOST_ARGUMENT_CHARACTERS = 16 * 1024**2
MOST_CALLS = 256


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection broke before the answer was finished."""

    cause: str


@dataclass(slots=True)
class Answer:
    """What arrived of one answer so far; kept over a reconnection."""

    text: str = ""
    thinking: str = ""
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    partial_calls: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])
    ids: list[int] = field(default_factory=list[int])
    tokens: tuple[int, ...] = ()
    model: str = ""
    reason: Reason | None = None
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: ModelError | None = None
    doubts: tuple[Doubt, ...] = ()
    characters: int = 0

    @property
    def begun(self) -> bool:
        """Whether anything of the message has arrived."""
        return bool(self.text or self.thinking or self.partial_calls)

    def finish(self) -> Finish:
        """The end of the stream as a value."""
        message = Message(
            role="assistant",
            text=self.text,
            thinking=self.thinking,
            calls=tuple(self.calls),
            tokens=self.tokens,
            model=self.model,
        )
        reason: Reason = "error" if self.error else self.reason or "stop"
        if reason == "stop" and self.calls:
            reason = "calls"
        ids = tuple(self.ids)
        return Finish(message, reason, self.usage, self.timings, self.error, ids, self.doubts)


def refusal_of(status: int, body: bytes) -> ModelError:
    """The error that a request means which our own host refuses."""
    try:
        error: Mapping[str, Any] = json.loads(body)["error"]
        return ModelError(_kind_of(error), shorten(str(error["message"])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ModelError("request", f"The server refused the request with status {status}.")


def _kind_of(error: Mapping[str, Any]) -> ErrorKind:
    kind = error.get("type")
    return cast("ErrorKind", kind) if kind in get_args(ErrorKind) else "request"


def _unchanged(body: Json) -> Json:
    return body


@dataclass(frozen=True, slots=True)
class Manners:
    """How a server is spoken to: as our `own` host, unless others are named.

    `shape` gives the body of a request the form that the server understands, `refuse` reads what
    a refusal means: its status, 0 within a stream that had begun, and its JSON.
    """

    own: bool = True
    shape: Callable[[Json], Json] = _unchanged
    refuse: Callable[[int, bytes], ModelError] = refusal_of


OWN = Manners()


async def stream_answer(
    http: httpx.AsyncClient, request: Request, answer: Answer, manners: Manners = OWN
) -> AsyncGenerator[Part | Lost]:
    """Send `request` and yield parts while `answer` fills; Lost ends it when the server went away.

    Only our own host is believed what it says of token ids: they are sent to it again, and would be
    control tokens there. When `answer` holds ids already, the server is told to go on after them.
    The texts of its sources are sent only to a server that says it does not have them.
    """
    for sent in (without_texts(request), request):
        answer.error = None
        body = manners.shape(encode_request(sent, resume=tuple(answer.ids)))
        try:
            post = http.stream("POST", "/v1/chat/completions", json=body, headers=HEADERS)
            async with post as response:
                if unreadable := explain_head(response, EVENTS):
                    answer.error = ModelError("request", unreadable)
                    return
                if response.status_code == 200:
                    async with aclosing(_read_stream(response, answer, manners)) as parts:
                        async for part in parts:
                            yield part
                    return
                answer.error = manners.refuse(response.status_code, await read_body(response))
        except ExcessError as excess:
            answer.error = ModelError("request", str(excess))
            return
        except httpx.TransportError as error:
            yield Lost(str(error) or type(error).__name__)
            return
        if answer.error.kind != "sources":
            return


async def _read_stream(
    response: httpx.Response, answer: Answer, manners: Manners
) -> AsyncGenerator[Part | Lost]:
    async for line in read_lines(response):
        if not line.startswith("data:"):
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            for call in _take_partial_calls(answer):
                yield call
            return
        parts = _read_event(data, answer, manners)
        if isinstance(parts, ModelError):
            answer.error = parts
            return
        for part in parts:
            yield part
    yield Lost("the answer stopped in the middle")


def _read_event(data: str, answer: Answer, manners: Manners) -> list[Part] | ModelError:
    """The parts of one event; another server's event may be of any shape."""
    try:
        return _read_chunk(json.loads(data), answer, manners)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return ModelError(
            "request", f"The server's answer is no chat completion: {shorten(repr(error))}."
        )


def _read_chunk(chunk: Mapping[str, Any], answer: Answer, manners: Manners) -> list[Part]:
    """Take one chunk into `answer`; returns the parts that it carries. Raises ExcessError."""
    extra: Mapping[str, Any] = (chunk.get("inhouse") or {}) if manners.own else {}
    parts: list[Part] = []
    if "error" in chunk:
        answer.error = manners.refuse(0, json.dumps(chunk).encode())
    if "prefill" in extra:
        prefill: Mapping[str, int] = extra["prefill"]
        parts.append(Prefill(prefill["cached"], prefill["done"], prefill["total"]))
    if "notice" in extra:
        parts.append(Notice(str(extra["notice"])))
    answer.ids.extend(cast("list[int]", extra.get("ids") or []))
    if "tokens" in extra:
        answer.tokens = tuple(cast("list[int]", extra["tokens"]))
        answer.model = str(extra["model"])
    answer.doubts = decode_doubts(extra.get("doubts")) or answer.doubts
    if "timings" in extra:
        answer.timings = decode_timings(extra["timings"])
    choices: list[Mapping[str, Any]] = chunk.get("choices") or []
    for choice in choices:
        parts.extend(_read_delta(choice.get("delta") or {}, answer))
        if manners.own and choice.get("logprobs"):
            parts.append(Chances(decode_chances(choice["logprobs"])))
        if choice.get("finish_reason"):
            answer.reason = REASONS.get(str(choice["finish_reason"]), "stop")
    if chunk.get("usage"):
        answer.usage = decode_usage(chunk["usage"])
    return parts


def _read_delta(delta: Mapping[str, Any], answer: Answer) -> list[Part]:
    parts: list[Part] = []
    if thinking := str(delta.get("reasoning_content") or delta.get("reasoning") or ""):
        answer.thinking += thinking
        parts.append(Thinking(thinking))
    if text := str(delta.get("content") or ""):
        answer.text += text
        parts.append(Text(text))
    answer.characters += len(thinking) + len(text)
    deltas: list[Mapping[str, Any]] = delta.get("tool_calls") or []
    for call in deltas:
        function: Mapping[str, Any] = call.get("function") or {}
        partial = answer.partial_calls.setdefault(
            int(call.get("index", 0)), {"id": "", "name": "", "arguments": ""}
        )
        partial["id"] += str(call.get("id") or "")
        partial["name"] += str(function.get("name") or "")
        partial["arguments"] += str(function.get("arguments") or "")
        answer.characters += len(str(function))
        if len(partial["arguments"]) > MOST_ARGUMENT_CHARACTERS:
            raise ExcessError("The arguments of a tool call do not end.")
    if len(answer.partial_calls) > MOST_CALLS:
        raise ExcessError(f"The server makes more than {MOST_CALLS} tool calls in one answer.")
    if answer.characters > MOST_CHARACTERS:
        raise ExcessError(f"The server's answer is longer than {MOST_CHARACTERS // 1024**2} MiB.")
    return parts


def _take_partial_calls(answer: Answer) -> list[ToolCall]:
    """Calls arrive in pieces on other servers, so they are whole only at the end."""
    calls = [ToolCall(p["id"], p["name"], p["arguments"]) for p in answer.partial_calls.values()]
    answer.calls.extend(calls)
    answer.partial_calls.clear()
    return calls
