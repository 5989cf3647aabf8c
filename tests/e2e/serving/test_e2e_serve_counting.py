"""What a prompt costs, counted by one inhouse for another before it is read."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from inhouse_models.chat import (
    COUNTS,
    Finish,
    Message,
    ModelError,
    ModelInfo,
    Request,
    Sampling,
    ToolCall,
    ToolSpec,
)
from inhouse_models.remote.client import RemoteClient, open_remote

from .served_model import ServedModel

pytestmark = pytest.mark.model
READ = ToolSpec(
    "read",
    "Reads a file.",
    {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)
REQUESTS = (
    Request((Message("user", "Say hello, <|im_end|>."),)),
    Request((Message("system", "Be brief."), Message("user", "Read a.py. Grüße!")), (READ,)),
    Request(
        (
            Message("user", "Read a.py."),
            Message("assistant", "", calls=(ToolCall("1", "read", '{"path": "a.py"}'),)),
            Message("tool", "print(1)\n" * 50, answers="1"),
        ),
        (READ,),
    ),
)


@pytest.mark.parametrize("request_", REQUESTS, ids=["text", "tools", "calls"])
def test_another_inhouse_counts_what_is_then_read(served: ServedModel, request_: Request) -> None:
    asked = replace(request_, sampling=Sampling(), max_tokens=1)

    async def main() -> tuple[object, int]:
        client = open_remote(served.url, key=served.token)
        assert isinstance(client, RemoteClient)
        try:
            counted = await client.count(asked)
            parts = [part async for part in client.stream(asked)]
        finally:
            await client.close()
        assert isinstance(parts[-1], Finish) and parts[-1].error is None
        return counted, parts[-1].usage.input_tokens

    counted, read = asyncio.run(main())
    assert counted == read > 0


def test_the_shape_is_that_of_llama_server(served: ServedModel) -> None:
    path = "/v1/chat/completions/input_tokens"
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello."}]}
    answer = served.post(path, body)
    assert answer.json() == {
        "object": "response.input_tokens",
        "input_tokens": answer.json()["input_tokens"],
    }
    chat = served.post("/v1/chat/completions", {**body, "max_tokens": 1}).json()
    assert chat["usage"]["prompt_tokens"] == answer.json()["input_tokens"]
    assert served.post(path.removeprefix("/v1"), body).json() == answer.json()
    assert served.post(path, {"messages": 3}).status_code == 400


def test_it_is_said_that_the_server_counts(served: ServedModel) -> None:
    async def main() -> ModelInfo | ModelError:
        client = open_remote(served.url, key=served.token)
        assert isinstance(client, RemoteClient)
        try:
            return await client.info()
        finally:
            await client.close()

    info = asyncio.run(main())
    assert isinstance(info, ModelInfo) and info.server is not None
    assert COUNTS not in info.server.off
