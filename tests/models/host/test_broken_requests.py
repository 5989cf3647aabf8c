"""Whatever a program sends to the engine's socket, it is answered or hung up on, and the next
request is served."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inhouse_models.chat import ModelError
from inhouse_models.host.control import stop_engines
from inhouse_models.host.places import Place
from inhouse_models.host.spawn import HostOptions, ensure_host, open_http

pytestmark = pytest.mark.model
JSON = {"content-type": "application/json"}
GOOD: dict[str, Any] = {"input_prefix": "def f(", "input_suffix": ")", "n_predict": 2}
PATHS = ("/infill", "/v1/chat/completions", "/inhouse/count", "/inhouse/interrupt")
BODIES = {
    "nothing": b"",
    "no JSON": b"{]",
    "no object": b"[1]",
    "a text": b'"text"',
    "no UTF-8": b'{"prompt": "\xff"}',
    "NUL": b"\0",
    "nested": b"[" * 50_000,
    "strange fields": b'{"input_prefix": 7, "messages": 7}',
    "strange parts": b'{"input_extra": [7], "messages": [7], "n_predict": "x"}',
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
FIELDS = ("input_prefix", "input_suffix", "input_extra", "prompt", "n_indent", "stop", "inhouse")
MORE = ("t_max_prompt_ms", "t_max_predict_ms", "response_fields", "n_probs", "samplers", "seed")


@pytest.fixture(scope="module")
def place(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A host of a tiny model, for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            folder = tmp_path_factory.mktemp("h")
            folder.chmod(0o700)
            patch.setenv(variable, str(folder))
        started = asyncio.run(ensure_host(HostOptions(tiny, context=512, states_disk=0)))
        assert not isinstance(started, ModelError)
        yield started
        asyncio.run(stop_engines())


@pytest.fixture(scope="module")
def tiny(tiny_model: Callable[[Literal["qwen2"]], Path]) -> Path:
    """Attention only."""
    return tiny_model("qwen2")


def serves(place: Place) -> None:
    """A good request is answered."""

    async def ask() -> None:
        async with open_http(place, 60) as http:
            answer = await http.post("/infill", json=GOOD)
            assert answer.status_code == 200 and answer.json()["stop"], answer.text

    asyncio.run(ask())


def test_a_broken_body_is_refused_in_words(place: Place) -> None:
    async def run() -> None:
        async with open_http(place, 60) as http:
            for path in PATHS:
                for name, body in BODIES.items():
                    answer = await http.post(path, content=body, headers=JSON)
                    assert answer.status_code == 400, (path, name, answer.text)
                    assert answer.json()["error"]["message"], (path, name)
            assert (await http.post("/infill", data={"prompt": "x"})).status_code == 415
            assert (await http.post("/nowhere", json={})).status_code == 404
            assert (await http.get("/infill")).status_code == 405

    asyncio.run(run())
    serves(place)


def test_a_request_of_10_megabytes_is_answered(place: Place) -> None:
    async def run() -> None:
        async with open_http(place, 60) as http:
            large = {**GOOD, "input_prefix": "x = 1\n" * 1_700_000}
            answer = await http.post("/infill", json=large)
            assert answer.status_code == 200 and answer.json()["truncated"]
            messages = [{"role": "user", "content": "word " * 400_000}]
            answer = await http.post("/v1/chat/completions", json={"messages": messages})
            assert answer.status_code in {200, 400}
            assert "context" in answer.text

    asyncio.run(run())
    serves(place)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*FIELDS, *MORE), VALUES)))
def test_any_fields_are_answered(place: Place, fields: dict[str, Any]) -> None:
    async def run() -> None:
        async with open_http(place, 60) as http:
            body = json.dumps({**fields, "n_predict": 1})
            answer = await http.post("/infill", content=body, headers=JSON)
            assert answer.status_code in {200, 400}, (body, answer.text)
            assert isinstance(answer.json(), dict)

    asyncio.run(run())


def test_a_client_may_go_at_any_moment(place: Place) -> None:
    """Every length of a request, and every piece of a streamed answer."""
    body = json.dumps({**GOOD, "stream": True, "n_predict": 8}).encode()
    head = f"POST /infill HTTP/1.1\r\nhost: inhouse\r\ncontent-length: {len(body)}"
    request = f"{head}\r\ncontent-type: application/json\r\n\r\n".encode() + body

    async def send(length: int) -> None:
        _reader, writer = await asyncio.open_unix_connection(place.socket)
        writer.write(request[:length])
        writer.close()
        await writer.wait_closed()

    async def read(pieces: int) -> None:
        reader, writer = await asyncio.open_unix_connection(place.socket)
        writer.write(request)
        for _ in range(pieces):
            assert await reader.readline()
        writer.close()

    async def run() -> None:
        for length in range(0, len(request) + 1, 7):
            await send(length)
        for pieces in range(8):
            await read(pieces)

    asyncio.run(run())
    serves(place)


def test_many_programs_at_once_are_all_answered(place: Place) -> None:
    async def run() -> None:
        async with open_http(place, 60) as http:
            many = [{**GOOD, "input_prefix": f"def f{number}("} for number in range(20)]
            answers = await asyncio.gather(*(http.post("/infill", json=one) for one in many))
            assert [answer.status_code for answer in answers] == [200] * 20

    asyncio.run(run())


def test_a_request_for_another_version_is_not_taken_for_ours(place: Place) -> None:
    async def run() -> None:
        async with open_http(place, 60) as http:
            asked = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
            answer = await http.post(
                "/v1/chat/completions", json={**asked, "inhouse": {"version": 99}}
            )
            assert answer.status_code in {200, 400} and answer.text

    asyncio.run(run())


def test_the_socket_speaks_http_alone(place: Place) -> None:
    async def run() -> None:
        reader, writer = await asyncio.open_unix_connection(place.socket)
        writer.write(b'{"jsonrpc": "2.0", "id": 1, "method": "initialize"}\n\0\xff\r\n\r\n')
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()

    asyncio.run(run())
    with pytest.raises(httpx.ConnectError):
        serves(Place(place.name, place.socket.with_name("none"), place.lock))
