"""The same questions to real servers: llama-cpp-python's own, and llama-server.

llama-server is no package of this project: its answers were recorded and are replayed here. Against
the program itself: scripts/test tests/models/remote --llama-server PATH, and with --update they are
recorded anew.
"""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar, cast

import pytest
from tests.models.remote.real_server import (
    ALIAS,
    CONTEXT,
    Real,
    bindings_command,
    free_port,
    llama_server_command,
    recording,
    replayed,
    started,
)

from inhouse_models.chat import Finish, Message, ModelInfo, Part, Request, Sampling, Text, ToolSpec
from inhouse_models.completion import Completion, CompletionRequest
from inhouse_models.remote.client import RemoteClient, open_remote

Value = TypeVar("Value")
GREEDY = Sampling()
HELLO = Request((Message("user", "Say hello."),), sampling=GREEDY, max_tokens=8)
READ = ToolSpec(
    "read",
    "Reads a file.",
    {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)
CALL = Request(
    (Message("user", "Read the file a.py."),),
    tools=(READ,),
    sampling=GREEDY,
    max_tokens=32,
    must_call=True,
)
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
COLOUR = Request(
    (Message("user", "Name a colour."),), schema=SCHEMA, sampling=GREEDY, max_tokens=32
)
LONG = Request((Message("user", "word " * 2 * CONTEXT),), sampling=GREEDY, max_tokens=4)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """llama-server itself is among the servers only when its program is named."""
    if "real" not in metafunc.fixturenames:
        return
    named = metafunc.config.getoption("--llama-server")
    servers = [
        pytest.param("llama-cpp-python", marks=pytest.mark.model),
        pytest.param("llama-server", marks=pytest.mark.model)
        if named
        else pytest.param("recorded"),
    ]
    metafunc.parametrize("real", servers, indirect=True, scope="module")


@pytest.fixture(scope="module")
def real(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Real]:
    """A server that answers."""
    name = str(request.param)
    if name == "recorded":
        with replayed() as server:
            yield server
        return
    model: Path = request.getfixturevalue("small_model")
    port, log = free_port(), tmp_path_factory.mktemp("server") / "log"
    if name == "llama-cpp-python":
        with started(name, bindings_command(model, port), port, log) as server:
            yield server
        return
    program = Path(str(request.config.getoption("--llama-server")))
    with started(name, llama_server_command(program, model, port), port, log) as server:
        if not request.config.getoption("--update"):
            yield server
            return
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        with recording(server, (told.stdout + told.stderr).splitlines()[0]) as recorded:
            yield recorded


def use(real: Real, act: Callable[[RemoteClient], Awaitable[Value]]) -> Value:
    """What comes of a client of this server."""

    async def main() -> Value:
        client = open_remote(real.url)
        assert isinstance(client, RemoteClient)
        try:
            return await act(client)
        finally:
            await client.close()

    return asyncio.run(main())


def ask(real: Real, request: Request) -> tuple[str, Finish]:
    """The text as it arrived, and the end."""

    async def act(client: RemoteClient) -> tuple[str, Finish]:
        parts = [part async for part in client.stream(request)]
        last = parts[-1]
        assert isinstance(last, Finish)
        return "".join(part.text for part in parts if isinstance(part, Text)), last

    return use(real, act)


def is_llama_server(real: Real) -> bool:
    return real.name != "llama-cpp-python"


def test_it_is_recognised_with_the_context_of_one_conversation(real: Real) -> None:
    info = use(real, lambda client: client.info())
    assert isinstance(info, ModelInfo)
    assert info.server is not None
    label = "llama-server" if is_llama_server(real) else "llama-cpp-python"
    assert info.server.label.startswith(label)
    assert (info.name, info.context_size) == (ALIAS, CONTEXT)
    assert ("exact token counts" in info.server.off) is not is_llama_server(real)


def test_it_answers(real: Real) -> None:
    text, finish = ask(real, HELLO)
    assert finish.error is None
    assert "ello" in text
    assert finish.message.text == text
    assert finish.reason in ("stop", "length")
    assert finish.usage.output_tokens > 0


def test_a_prompt_is_counted(real: Real) -> None:
    """Tools and all: by llama-server just as its answer then says, else about so many."""
    counted = use(real, lambda client: client.count(CALL))
    assert isinstance(counted, int)
    if is_llama_server(real):
        assert counted == ask(real, CALL)[1].usage.input_tokens
    else:
        assert 30 < counted < 300


def test_it_calls_a_tool(real: Real) -> None:
    """This model writes a call as JSON in a code block, which no server reads as one."""
    finish = ask(real, CALL)[1]
    assert finish.error is None
    (call,) = finish.message.calls
    assert (finish.reason, finish.message.text, call.name) == ("calls", "", "read")
    assert json.loads(call.arguments)["path"].endswith("a.py")


def test_an_answer_of_a_schema(real: Real) -> None:
    text, finish = ask(real, COLOUR)
    assert finish.error is None
    assert json.loads(text)["colour"] in ("red", "green")


def test_a_prompt_that_is_too_long_overflows(real: Real) -> None:
    finish = ask(real, LONG)[1]
    assert finish.error is not None
    assert finish.error.kind == "overflow"
    assert f"{CONTEXT}" in finish.error.text


def test_what_is_known_already_is_reported(real: Real) -> None:
    """By llama-server, of a prompt that was read just now; the other one counts nothing."""
    if is_llama_server(real):
        ask(real, CALL)
        cached = ask(real, CALL)[1].usage.cached_input_tokens
        assert cached > 0
    else:
        assert ask(real, HELLO)[1].usage.cached_input_tokens == 0


def test_completion_at_the_cursor(real: Real) -> None:
    request = CompletionRequest("def add(a, b):\n    return ", "\n", max_tokens=8)
    answer = use(real, lambda client: client.complete(request))
    if is_llama_server(real):
        assert isinstance(answer, Completion)
        assert "a" in answer.text
    else:
        assert not isinstance(answer, Completion)
        assert "/infill" in answer.text


def test_an_answer_that_is_left_does_not_block_the_next(real: Real) -> None:
    async def act(client: RemoteClient) -> Finish:
        story = Request((Message("user", "Say hello."),), sampling=GREEDY, max_tokens=8)
        stream = cast("AsyncGenerator[Part]", client.stream(story))
        assert isinstance(await anext(stream), Text)
        await stream.aclose()
        parts = [part async for part in client.stream(HELLO)]
        assert isinstance(parts[-1], Finish)
        return parts[-1]

    assert use(real, act).error is None
