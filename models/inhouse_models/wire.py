"""Requests and answers as OpenAI chat completions with one extra object, `inhouse`.

Format: https://platform.openai.com/docs/api-reference/chat. Other servers get the same request
without the extra object (`inhouse_models.remote.dialect`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from inhouse_models.chat import (
    CallForm,
    Chance,
    Choices,
    Doubt,
    Message,
    Request,
    Role,
    Sampling,
    Source,
    Timings,
    ToolCall,
    ToolSpec,
    Usage,
)

VERSION = 1
ROLES = ("system", "user", "assistant", "tool")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KnownTokens:
    """Ids of the first `messages` messages, as the model with fingerprint `model` knows them."""

    model: str = ""
    messages: int = 0
    ids: tuple[int, ...] = ()


def encode_message(message: Message) -> Json:
    """A message as OpenAI shapes it; token ids travel apart."""
    data: Json = {"role": message.role, "content": message.text}
    if message.images:
        urls = [{"type": "image_url", "image_url": {"url": image}} for image in message.images]
        data["content"] = [{"type": "text", "text": message.text}, *urls]
    if message.thinking:
        data["reasoning_content"] = message.thinking
    if message.calls:
        data["tool_calls"] = [encode_call(call) for call in message.calls]
    if message.answers:
        data["tool_call_id"] = message.answers
    return data


def encode_call(call: ToolCall) -> Json:
    """A tool call as OpenAI shapes it."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def decode_message(data: Mapping[str, Any]) -> Message:
    """The message back; unknown parts of the content are dropped."""
    if data["role"] not in ROLES:
        raise ValueError(f"a message has the role {data['role']!r}")
    content: Any = data.get("content") or ""
    text, images = content, ()
    if isinstance(content, list):
        parts = cast("list[Json]", content)
        text = "".join(str(p.get("text", "")) for p in parts if p.get("type") == "text")
        images = tuple(str(p["image_url"]["url"]) for p in parts if p.get("type") == "image_url")
    calls: list[Json] = data.get("tool_calls") or []
    return Message(
        role=cast("Role", str(data["role"])),
        text=str(text),
        images=images,
        thinking=str(data.get("reasoning_content") or ""),
        calls=tuple(decode_call(call) for call in calls),
        answers=str(data.get("tool_call_id") or ""),
    )


def decode_call(data: Mapping[str, Any]) -> ToolCall:
    """The tool call back."""
    function: Mapping[str, Any] = data["function"]
    return ToolCall(str(data.get("id", "")), str(function["name"]), str(function["arguments"]))


def encode_request(request: Request, resume: tuple[int, ...] = ()) -> Json:
    """The body of a chat completion. `resume` are ids written before the engine was lost."""
    data: Json = {
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [encode_message(m) for m in request.messages],
    }
    if request.tools:
        data["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in request.tools
        ]
    if request.max_tokens is not None:
        data["max_tokens"] = request.max_tokens
    if request.sampling is not None:
        s = request.sampling
        data |= {"temperature": s.temperature, "top_k": s.top_k, "top_p": s.top_p}
        data |= {"min_p": s.min_p, "seed": s.seed}
    if request.think is not None:
        data["chat_template_kwargs"] = {"enable_thinking": request.think}
    if request.schema is not None:
        schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
        data["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.chances is not None:
        data |= {"logprobs": True, "top_logprobs": request.chances}
    data["inhouse"] = {
        "version": VERSION,
        "session": request.session,
        "call_form": request.call_form,
        "held": request.held,
        "must_call": request.must_call,
        "allowed": None if request.allowed is None else list(request.allowed),
        "tokens": encode_known(request.messages),
        "resume": list(resume),
        "begun": len(request.begun),
        "doubts": request.doubts,
        "think_budget": request.think_budget,
        "priority": request.priority,
        "raw": request.raw,
        "openings": list(request.openings),
        "sources": {
            "paths": list(request.choices.paths),
            "read": list(request.choices.read),
            "whole": list(request.choices.whole),
            "new": list(request.choices.new),
            "invent": request.choices.invent,
            "fenced": list(request.choices.fenced),
            "symbols": {path: list(names) for path, names in request.choices.symbols.items()},
            "readable": list(request.choices.readable),
            "foreign": request.choices.foreign,
            "files": [_encode_source(source) for source in request.choices.sources],
        },
    }
    return data


def _encode_source(source: Source) -> Json:
    data: Json = {"name": source.name, "sha256": source.digest}
    return data if source.text is None else {**data, "text": source.text}


def without_texts(request: Request) -> Request:
    """The request with its sources named by their digests alone."""
    sources = tuple(replace(source, text=None) for source in request.choices.sources)
    return replace(request, choices=replace(request.choices, sources=sources))


def encode_known(messages: tuple[Message, ...]) -> Json:
    """Ids of the longest start of the history that is known as ids, of one model.

    An answer without ids, as after a compaction, lies within those of the next one that has them.
    """
    ids: list[int] = []
    covered, model = 0, ""
    for position, message in enumerate(messages):
        if message.role != "assistant" or not message.tokens:
            continue
        if model and message.model != model:
            break
        model = message.model
        ids.extend(message.tokens)
        covered = position + 1
    return {"model": model, "messages": covered, "ids": ids}


def decode_known(data: Mapping[str, Any]) -> KnownTokens:
    """The known ids of a request back."""
    extra: Mapping[str, Any] = data.get("inhouse") or {}
    known: Mapping[str, Any] = extra.get("tokens") or {}
    return KnownTokens(
        str(known.get("model", "")), int(known.get("messages", 0)), _integers(known.get("ids"))
    )


def decode_begun(data: Mapping[str, Any]) -> tuple[int, ...]:
    """The ids that the answer begins with: the first of those that are resumed."""
    extra: Mapping[str, Any] = data.get("inhouse") or {}
    return decode_resume(data)[: int(extra.get("begun") or 0)]


def decode_resume(data: Mapping[str, Any]) -> tuple[int, ...]:
    """The ids that a lost engine had written already."""
    extra: Mapping[str, Any] = data.get("inhouse") or {}
    return _integers(extra.get("resume"))


def encode_doubts(doubts: tuple[Doubt, ...]) -> list[list[float]]:
    """Where the model hesitated: place, token and odds of each."""
    return [[doubt.place, doubt.token, doubt.odds] for doubt in doubts]


def decode_doubts(value: Any) -> tuple[Doubt, ...]:
    """The doubts back."""
    return tuple(Doubt(int(place), int(token), float(odds)) for place, token, odds in value or ())


def encode_chances(chances: Sequence[Chance]) -> Json:
    """The `logprobs` of a choice."""
    return {
        "content": [
            {
                **_encode_chance(one.piece, one.logarithm),
                "top_logprobs": [_encode_chance(*other) for other in one.likeliest],
            }
            for one in chances
        ]
    }


def _encode_chance(piece: bytes, logarithm: float) -> Json:
    text = piece.decode("utf-8", "replace")
    return {"token": text, "logprob": logarithm, "bytes": list(piece)}


def decode_chances(data: Mapping[str, Any]) -> tuple[Chance, ...]:
    """The chances back."""
    tokens: list[Json] = data.get("content") or []
    return tuple(
        Chance(
            *_decode_chance(token),
            tuple(_decode_chance(other) for other in token.get("top_logprobs") or ()),
        )
        for token in tokens
    )


def _decode_chance(token: Mapping[str, Any]) -> tuple[bytes, float]:
    piece: list[int] | None = token.get("bytes")
    if piece is None:
        return str(token["token"]).encode("utf-8", "replace"), float(token["logprob"])
    return bytes(int(byte) for byte in piece), float(token["logprob"])


def _integers(value: object) -> tuple[int, ...]:
    return tuple(int(item) for item in cast("list[int]", value or []))


def decode_request(data: Mapping[str, Any]) -> Request:
    """The request back; raises KeyError, TypeError or ValueError when it is not shaped so."""
    extra: Mapping[str, Any] = data.get("inhouse") or {}
    sources: Mapping[str, Any] = extra.get("sources") or {}
    symbols: Mapping[str, list[str]] = sources.get("symbols") or {}
    response: Mapping[str, Any] = data.get("response_format") or {}
    template: Mapping[str, Any] = data.get("chat_template_kwargs") or {}
    tools: list[Json] = data.get("tools") or []
    return Request(
        messages=tuple(decode_message(m) for m in data["messages"]),
        tools=tuple(_decode_tool(tool["function"]) for tool in tools),
        session=str(extra.get("session", "")),
        max_tokens=data.get("max_tokens"),
        sampling=_decode_sampling(data),
        think=template.get("enable_thinking"),
        call_form=cast("CallForm", extra.get("call_form", "native")),
        held=bool(extra.get("held", False)),
        must_call=bool(extra.get("must_call", False)),
        allowed=None if extra.get("allowed") is None else tuple(extra["allowed"]),
        begun=decode_begun(data),
        doubts=bool(extra.get("doubts", False)),
        think_budget=None if extra.get("think_budget") is None else int(extra["think_budget"]),
        priority=int(extra.get("priority") or 0),
        raw=bool(extra.get("raw", False)),
        chances=int(data.get("top_logprobs") or 0) if data.get("logprobs") else None,
        openings=tuple(extra.get("openings") or ()),
        schema=response["json_schema"]["schema"] if "json_schema" in response else None,
        choices=Choices(
            tuple(sources.get("paths") or ()),
            tuple(sources.get("read") or ()),
            tuple(sources.get("whole") or ()),
            tuple(sources.get("new") or ()),
            bool(sources.get("invent", True)),
            tuple(sources.get("fenced") or ()),
            {path: tuple(names) for path, names in symbols.items()},
            tuple(sources.get("readable") or ()),
            tuple(_decode_source(file) for file in sources.get("files") or ()),
            bool(sources.get("foreign", False)),
        ),
    )


def _decode_source(data: Mapping[str, Any]) -> Source:
    return Source(str(data["name"]), str(data["sha256"]), data.get("text"))


def _decode_tool(function: Mapping[str, Any]) -> ToolSpec:
    return ToolSpec(function["name"], function.get("description", ""), function["parameters"])


def _decode_sampling(data: Mapping[str, Any]) -> Sampling | None:
    names = ("temperature", "top_k", "top_p", "min_p", "seed")
    given = {name: data[name] for name in names if data.get(name) is not None}
    return Sampling(**given) if given else None


def encode_usage(usage: Usage) -> Json:
    """Token counts as OpenAI shapes them."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
    }


def decode_usage(data: Mapping[str, Any]) -> Usage:
    """Token counts back; servers that count no cache give zero."""
    details: Mapping[str, Any] = data.get("prompt_tokens_details") or {}
    return Usage(
        int(data.get("prompt_tokens") or 0),
        int(details.get("cached_tokens") or 0),
        int(data.get("completion_tokens") or 0),
    )


def encode_timings(timings: Timings) -> Json:
    """Seconds of one answer."""
    return {
        "queue_seconds": timings.queue_seconds,
        "read_seconds": timings.read_seconds,
        "write_seconds": timings.write_seconds,
    }


def decode_timings(data: Mapping[str, Any]) -> Timings:
    """Seconds back."""
    names = ("queue_seconds", "read_seconds", "write_seconds")
    return Timings(*(float(data.get(name) or 0.0) for name in names))
