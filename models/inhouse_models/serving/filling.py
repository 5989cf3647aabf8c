"""Text for a cursor: llama.cpp's `/infill`, and OpenAI's completion with a suffix."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from inhouse_models.chat import Finish, Message, ModelError, Timings, Usage
from inhouse_models.completion import Completion, CompletionRequest, StopRule
from inhouse_models.completion_wire import (
    MOST_CANDIDATES,
    MOST_TOKENS,
    chosen_fields,
    decode_infill,
    encode_completion,
)
from inhouse_models.serving.faults import Fault, fault_of
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.replying import Reply
from inhouse_models.serving.served import Served
from inhouse_models.serving.text_answer import MOST_STOPS, OBJECT, read_text
from inhouse_models.serving.told import LAST_EVENT, Teller, event, told_costs


async def _complete(served: Served, request: CompletionRequest) -> Completion | Fault:
    with served.figures.during():
        found = await served.client.complete(request)
    if isinstance(found, ModelError):
        return fault_of(found)
    served.figures.note_completion(found)
    return found


async def fill_in(served: Served, fields: Fields) -> Reply:
    """The answer of `/infill`, as llama.vim and llama.vscode ask for it; several with `n_cmpl`."""
    try:
        request = decode_infill(fields.data)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        return Fault(f"The request is not an infill: {problem}.")
    several = fields.integer("n_cmpl", 0, 2**31) or 1
    if several > 1:
        request = replace(request, candidates=min(several, MOST_CANDIDATES))
    found = await _complete(served, request)
    if isinstance(found, Fault):
        return found
    each = [replace(found, candidates=(one,)) for one in found.candidates]
    chosen = [
        chosen_fields(encode_completion(one, served.info.name), fields.get("response_fields"))
        for one in (each if several > 1 else [found])
    ]
    if fields.flag("stream"):
        begun: dict[str, Any] = {"index": 0, "content": found.text, "tokens": [], "stop": False}
        return _events([begun, {**chosen[0], "content": ""}])
    return chosen if several > 1 else chosen[0]


async def fill_text(served: Served, teller: Teller, fields: Fields) -> Reply:
    """A text completion between `prompt` and `suffix`, as OpenAI shapes it."""
    asked = read_text(fields, served.sampling)
    prompt = asked.request.messages[0].text
    request = CompletionRequest(
        prompt,
        fields.text("suffix"),
        max_tokens=min(asked.request.max_tokens or MOST_TOKENS, MOST_TOKENS),
        stop=StopRule("any", texts=fields.texts("stop", MOST_STOPS)),
    )
    found = await _complete(served, request)
    if isinstance(found, Fault):
        return found
    choice = {"index": 0, "text": found.text, "logprobs": None}
    choice["finish_reason"] = "length" if found.reason == "length" else "stop"
    usage = Usage(found.cached + found.read, found.cached, found.tokens)
    times = Timings(0.0, found.read_seconds, found.write_seconds)
    costs = told_costs(Finish(Message("assistant"), "stop", usage, times))
    if not asked.stream:
        return {**teller.tell(OBJECT, [choice]), **costs}
    told = [teller.tell(OBJECT, [choice])]
    if asked.usage:
        told.append({**teller.tell(OBJECT, []), **costs})
    return _events(told, LAST_EVENT)


async def _events(told: list[dict[str, Any]], last: bytes = b"") -> AsyncGenerator[bytes]:
    for one in told:
        yield event(one)
    if last:
        yield last
