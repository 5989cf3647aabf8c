"""Fields that cannot be used are named; those that nobody knows say nothing."""

import asyncio
from typing import Any

import pytest

from inhouse_models.scripted import say

from .scripted_engine import ScriptedEngine, http_of

TOOL: dict[str, Any] = {"type": "function", "function": {"name": "a"}}
OTHER: dict[str, Any] = {"type": "function", "function": {"name": "b"}}
SOUND: dict[str, Any] = {"type": "input_audio", "input_audio": {"data": ""}}
ADDRESS: dict[str, Any] = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("n", {"n": 2}),
    ("temperature", {"temperature": -1}),
    ("temperature", {"temperature": True}),
    ("top_p", {"top_p": 2}),
    ("max_tokens", {"max_tokens": 1.5}),
    ("max_completion_tokens", {"max_completion_tokens": -2}),
    ("frequency_penalty", {"frequency_penalty": 0.5}),
    ("presence_penalty", {"presence_penalty": 1}),
    ("logit_bias", {"logit_bias": {"1": 100}}),
    ("stop", {"stop": ""}),
    ("stop", {"stop": ["a", 1]}),
    ("stop", {"stop": ["a"] * 17}),
    ("stream", {"stream": "yes"}),
    ("top_logprobs", {"top_logprobs": 2}),
    ("top_logprobs", {"logprobs": True, "top_logprobs": 21}),
    ("functions", {"functions": [{"name": "a"}]}),
    ("modalities", {"modalities": ["audio"]}),
    ("reasoning_effort", {"reasoning_effort": "vast"}),
    ("tool_choice", {"tool_choice": "required"}),
    ("tool_choice", {"tools": [TOOL], "tool_choice": "maybe"}),
    ("tool_choice", {"tools": [TOOL], "tool_choice": OTHER}),
    ("tools[0].type", {"tools": [{"type": "custom", "custom": {"name": "a"}}]}),
    ("tools[0].function.name", {"tools": [{"type": "function", "function": {}}]}),
    ("tools[0].function.parameters", {"tools": [{"function": {"name": "a", "parameters": 1}}]}),
    ("response_format.type", {"response_format": {"type": "xml"}}),
    ("response_format.json_schema", {"response_format": {"type": "json_schema"}}),
    ("response_format", {"tools": [TOOL], "response_format": {"type": "json_object"}}),
    ("messages", {"messages": []}),
    ("messages[0]", {"messages": ["x"]}),
    ("messages[0].role", {"messages": [{"role": "function", "content": "x"}]}),
    ("messages[0].content", {"messages": [{"role": "user", "content": 1}]}),
    ("messages[0].content[0].type", {"messages": [{"role": "user", "content": [SOUND]}]}),
    ("messages[0].content[0].image_url", {"messages": [{"role": "user", "content": [ADDRESS]}]}),
]  # fmt: skip
MEANS_NOTHING: dict[str, Any] = {
    "model": "gpt-4",
    "user": "me",
    "store": True,
    "metadata": {"a": "b"},
    "n": 1,
    "service_tier": "auto",
    "presence_penalty": 0,
    "logit_bias": {},
    "typical_p": 1,
    "tools": [],
    "stop": None,
    "modalities": ["text"],
    "unheard_of": [1, {"a": None}],
}


def ask(body: dict[str, Any], path: str = "/v1/chat/completions") -> Any:
    async def main() -> Any:
        async with http_of(ScriptedEngine((say("Hello."),))) as http:
            return await http.post(path, json=body)

    return asyncio.run(main())


def chat(**fields: Any) -> Any:
    return ask({"messages": [{"role": "user", "content": "Hello."}], **fields})


@pytest.mark.parametrize(("param", "fields"), WRONG)
def test_a_wrong_field_is_named(param: str, fields: dict[str, Any]) -> None:
    answer = chat(**fields)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["param"], error["type"]) == (param, "invalid_request_error")
    assert param in error["message"] and error["message"].endswith(".")


def test_what_is_not_known_says_nothing() -> None:
    answer = chat(**MEANS_NOTHING)
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Hello."


@pytest.mark.parametrize(
    ("path", "param", "body"),
    [
        ("/v1/completions", "prompt", {}),
        ("/v1/completions", "prompt", {"prompt": [1, 2]}),
        ("/v1/completions", "prompt", {"prompt": ["a", "b"]}),
        ("/v1/completions", "best_of", {"prompt": "a", "best_of": 2}),
        ("/v1/completions", "logprobs", {"prompt": "a", "logprobs": 99}),
        ("/v1/embeddings", "input", {}),
        ("/v1/embeddings", "input", {"input": [[1, 2]]}),
        ("/v1/embeddings", "encoding_format", {"input": "a", "encoding_format": "text"}),
        ("/detokenize", "tokens", {"tokens": ["a"]}),
        ("/detokenize", "tokens", {"tokens": [True]}),
        ("/tokenize", "content", {"content": 1}),
    ],
)
def test_other_addresses(path: str, param: str, body: dict[str, Any]) -> None:
    answer = ask(body, path)
    assert answer.status_code == 400 and answer.json()["error"]["param"] == param
