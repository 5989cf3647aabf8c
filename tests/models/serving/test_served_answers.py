"""Answers of a scripted model as other programs read them: thinking, calls, stops, failures."""

import asyncio
import json
from typing import Any

import httpx

from inhouse_models.chat import ModelError, ToolCall
from inhouse_models.scripted import Answer, FailingModel, call, fail, say
from inhouse_models.serving.served import EngineClient

from .scripted_engine import Borrowing, ScriptedEngine, http_of

CHAT, TEXT = "/v1/chat/completions", "/v1/completions"
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello."}]}


def post(client: EngineClient, path: str, body: dict[str, Any]) -> httpx.Response:
    async def main() -> httpx.Response:
        async with http_of(client) as http:
            return await http.post(path, json=body)

    return asyncio.run(main())


def events_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The objects of a stream, without its end."""
    lines = [line[6:] for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def choices_of(response: httpx.Response) -> list[dict[str, Any]]:
    return [choice for one in events_of(response) for choice in one.get("choices", [])]


def test_thinking_is_told_apart() -> None:
    model = ScriptedEngine((say("It is four.", "Two and two."),) * 2)
    message = post(model, CHAT, ASKED).json()["choices"][0]["message"]
    assert message == {
        "role": "assistant",
        "content": "It is four.",
        "reasoning_content": "Two and two.",
    }
    deltas = [one["delta"] for one in choices_of(post(model, CHAT, {**ASKED, "stream": True}))]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert {"reasoning_content": "Two and two."} in deltas


def test_calls_whole_and_streamed_and_one_at_most() -> None:
    several = Answer(calls=(ToolCall("", "a", "{}"), ToolCall("", "b", "{}")))
    model = ScriptedEngine((several,) * 4)
    tools = [{"type": "function", "function": {"name": name}} for name in "ab"]
    body = {**ASKED, "tools": tools}
    whole = post(model, CHAT, body).json()["choices"][0]
    assert [one["function"]["name"] for one in whole["message"]["tool_calls"]] == ["a", "b"]
    assert whole["message"]["content"] is None and whole["finish_reason"] == "tool_calls"
    streamed = choices_of(post(model, CHAT, {**body, "stream": True}))
    deltas = [one for choice in streamed for one in choice["delta"].get("tool_calls", [])]
    assert [one["index"] for one in deltas] == [0, 1]
    for stream in (False, True):
        one = post(model, CHAT, {**body, "parallel_tool_calls": False, "stream": stream})
        assert '"a"' in one.text and '"b"' not in one.text


def test_a_stop_ends_the_engine_and_hides_what_follows() -> None:
    model = ScriptedEngine((say("one\ntwo\nthree\n"),) * 2)
    body = {**ASKED, "stop": ["wo\nth", "never"]}
    whole = post(model, CHAT, body).json()
    assert whole["choices"][0]["message"]["content"] == "one\nt"
    assert whole["choices"][0]["finish_reason"] == "stop"
    assert model.interrupted == [model.requests[0].session] != [""]
    streamed = choices_of(post(model, CHAT, {**body, "stream": True}))
    texts = [one["delta"].get("content", "") for one in streamed]
    assert "".join(texts) == "one\nt"
    assert len(set(model.interrupted)) == 2


def test_failures_have_a_status_before_the_answer_and_an_event_in_it() -> None:
    faults: list[tuple[ModelError, int, str | None]] = [
        (ModelError("overflow", "Too long."), 400, "context_length_exceeded"),
        (ModelError("template", "It cannot."), 400, None),
        (ModelError("engine", "It broke."), 500, "engine"),
        (ModelError("engine_lost", "It is gone."), 503, "engine_lost"),
    ]
    for error, status, code in faults:
        for stream in (False, True):
            model = FailingModel((), error)
            answer = post(Borrowing((), other=model), CHAT, {**ASKED, "stream": stream})
            assert answer.status_code == status
            told = answer.json()["error"]
            assert (told["message"], told["code"], told["param"]) == (error.text, code, None)
    lost = ModelError("engine_lost", "It is gone.")
    model = Borrowing((), other=FailingModel((say("one\ntwo\n"),), lost, parts=2))
    answer = post(model, CHAT, {**ASKED, "stream": True})
    assert answer.status_code == 200 and "[DONE]" not in answer.text
    assert events_of(answer)[-1]["error"]["message"] == "It is gone."
    text = post(ScriptedEngine((fail(lost),)), TEXT, {"prompt": "x", "stream": True})
    assert text.status_code == 200 and events_of(text)[-1]["error"]["code"] == "engine_lost"


def test_what_is_asked_reaches_the_model_and_nothing_more() -> None:
    model = ScriptedEngine((call("a"),))
    body = {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": one} for one in ("Look: ", "x")]},
            {"role": "assistant", "content": None, "reasoning_content": "Hm.",
             "tool_calls": [{"id": "1", "function": {"name": "a", "arguments": {"b": 1}}}]},
            {"role": "tool", "tool_call_id": "1", "content": "done", "inhouse": {"tokens": [1]}},
        ],
        "tools": [{"function": {"name": "a", "parameters": {"type": "object"}}}],
        "tool_choice": "required", "temperature": 0.5, "top_k": 0, "seed": -2, "min_p": 0.1,
        "reasoning_effort": "none", "logprobs": True, "top_logprobs": 2, "max_tokens": -1,
        "inhouse": {"tokens": {"ids": [1, 2], "messages": 1}, "resume": [3], "priority": 5},
    }  # fmt: skip
    assert post(model, CHAT, body).status_code == 200
    (request,) = model.requests
    system, user, assistant, tool = request.messages
    assert (system.role, user.text, assistant.thinking, tool.answers) == (
        "system",
        "Look: x",
        "Hm.",
        "1",
    )
    assert json.loads(assistant.calls[0].arguments) == {"b": 1}
    assert all(message.tokens == () for message in request.messages)
    assert (request.begun, request.priority, request.raw, request.held) == ((), 0, False, False)
    assert request.must_call and request.choices.foreign and request.think is False
    assert request.chances == 2 and request.max_tokens is None
    sampling = request.sampling
    assert sampling and (sampling.temperature, sampling.min_p, sampling.top_k) == (0.5, 0.1, 1000)
    assert 0 <= sampling.seed < 2**32 - 1


def test_the_engine_that_is_gone_is_told() -> None:
    model = ScriptedEngine((), texts=(ModelError("engine_lost", "It is gone."),))
    bodies = {
        "/tokenize": {"content": "x"},
        "/detokenize": {"tokens": [1]},
        "/v1/embeddings": {"input": "x"},
        "/infill": {"input_prefix": "x"},
    }
    for path, body in bodies.items():
        answer = post(model, path, body)
        assert answer.status_code == 503 and answer.json()["error"]["code"] == "engine_lost"
