"""A chat completion as OpenAI shapes its answer: whole, or chunk by chunk."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from inhouse_models.chat import (
    Chance,
    Chances,
    Finish,
    Part,
    Prefill,
    Text,
    Thinking,
    ToolCall,
)
from inhouse_models.serving.asked import Asked
from inhouse_models.serving.faults import Fault, fault_of
from inhouse_models.serving.told import (
    ENDINGS,
    STILL_READING,
    Teller,
    event,
    last_events,
    told_costs,
)
from inhouse_models.wire import encode_call, encode_chances

WHOLE, CHUNK = "chat.completion", "chat.completion.chunk"


async def whole_chat(teller: Teller, parts: AsyncGenerator[Part]) -> dict[str, Any] | Fault:
    """The answer as one object, once it is finished."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[ToolCall] = []
    chances: list[Chance] = []
    async with aclosing(parts):
        async for part in parts:
            match part:
                case Text(text):
                    texts.append(text)
                case Thinking(text):
                    thoughts.append(text)
                case ToolCall():
                    calls.append(part)
                case Chances(tokens):
                    chances += tokens
                case Finish():
                    if part.error is not None:
                        return fault_of(part.error)
                    message = _message("".join(texts), "".join(thoughts), calls)
                    logprobs = encode_chances(chances) if chances else None
                    choice = {
                        "index": 0,
                        "message": message,
                        "logprobs": logprobs,
                        "finish_reason": ENDINGS[part.reason],
                    }
                    return {**teller.tell(WHOLE, [choice]), **told_costs(part)}
                case _:
                    continue
    raise RuntimeError("an answer had no end")


def _message(text: str, thinking: str, calls: list[ToolCall]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text or None if calls else text}
    if thinking:
        message["reasoning_content"] = thinking
    if calls:
        message["tool_calls"] = [encode_call(call) for call in calls]
    return message


async def chat_events(
    teller: Teller, asked: Asked, parts: AsyncGenerator[Part]
) -> AsyncGenerator[bytes]:
    """The answer as server-sent events. One that fails ends with an error."""
    calls = 0
    yield event(_chunk(teller, {"role": "assistant", "content": ""}))
    async with aclosing(parts):
        async for part in parts:
            match part:
                case Text(text):
                    yield event(_chunk(teller, {"content": text}))
                case Thinking(text):
                    yield event(_chunk(teller, {"reasoning_content": text}))
                case ToolCall():
                    call = {"index": calls, **encode_call(part)}
                    calls += 1
                    yield event(_chunk(teller, {"tool_calls": [call]}))
                case Chances(tokens):
                    yield event(_chunk(teller, {}, logprobs=encode_chances(tokens)))
                case Prefill():
                    yield STILL_READING
                case Finish():
                    last = _chunk(teller, {}, ending=ENDINGS[part.reason])
                    for line in last_events(teller, last, asked, part):
                        yield line
                case _:
                    continue


def _chunk(
    teller: Teller,
    delta: dict[str, Any],
    *,
    logprobs: dict[str, Any] | None = None,
    ending: str | None = None,
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": ending}
    return teller.tell(CHUNK, [choice])
