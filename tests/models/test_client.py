"""What a client makes of the chunks of a server, and how an answer survives a lost one."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from inhouse_models import local
from inhouse_models.chat import (
    Doubt,
    Finish,
    Message,
    Notice,
    Part,
    Request,
    Sampling,
    Text,
    ToolCall,
)
from inhouse_models.client import Answer, Lost, stream_answer
from inhouse_models.host.places import Place, place_for
from inhouse_models.host.spawn import HostOptions, Start
from inhouse_models.local import LocalClient, LocalModel
from inhouse_models.wire import Json, decode_begun, decode_resume

MODEL = Path("model.gguf")
ASKED = Request((Message("user", "Write."),), sampling=Sampling(), begun=(5, 6))
Answering = Callable[[Json], list[Json]]


def chunk(text: str = "", *, reason: str | None = None, **inhouse: object) -> Json:
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": reason}
    return {"choices": [choice], "inhouse": inhouse}


END = chunk(reason="stop", tokens=[1, 5, 6, 7, 2], model="one", doubts=[[1, 9, 0.5], [2, 8, 0.25]])


def server(answer: Answering) -> httpx.AsyncClient:
    """A server that sends these chunks; unless the last one ends the answer, it breaks off."""

    def respond(request: httpx.Request) -> httpx.Response:
        chunks = answer(json.loads(request.content))
        lines = [f"data: {json.dumps(one)}" for one in chunks]
        if chunks and chunks[-1]["choices"][0]["finish_reason"]:
            lines.append("data: [DONE]")
        kind = {"content-type": "text/event-stream"}
        body = httpx.ByteStream("\n\n".join(lines).encode())
        return httpx.Response(200, stream=body, headers=kind)

    return httpx.AsyncClient(transport=httpx.MockTransport(respond), base_url="http://engine")


def ask_local(monkeypatch: pytest.MonkeyPatch, answer: Answering) -> list[Part]:
    """The parts that a local client yields where the engine answers so."""

    async def ensure_host(_options: HostOptions, _start: Start) -> Place:
        return place_for(MODEL)

    async def ask() -> list[Part]:
        client = LocalClient(LocalModel(MODEL), HostOptions())
        parts = [part async for part in client.stream(ASKED)]
        await client.close()
        return parts

    def open_http(_place: Place) -> httpx.AsyncClient:
        return server(answer)

    monkeypatch.setattr(local, "ensure_host", ensure_host)
    monkeypatch.setattr(local, "open_http", open_http)
    return asyncio.run(ask())


def finish_of(parts: list[Part]) -> Finish:
    last = parts[-1]
    assert isinstance(last, Finish)
    assert last.error is None
    return last


def test_ids_and_doubts_stand_in_the_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(body: Json) -> list[Json]:
        assert decode_begun(body) == decode_resume(body) == (5, 6)
        return [chunk("ab"), chunk("c", ids=[7]), END]

    parts = ask_local(monkeypatch, answer)
    last = finish_of(parts)
    assert last.ids == (5, 6, 7)
    assert last.doubts == (Doubt(1, 9, 0.5), Doubt(2, 8, 0.25))
    assert last.message == Message("assistant", "abc", tokens=(1, 5, 6, 7, 2), model="one")
    assert parts[:-1] == [Text("ab"), Text("c")]


@pytest.mark.parametrize("arrived", [0, 1, 2])
def test_what_an_answer_begins_with_arrives_once(
    monkeypatch: pytest.MonkeyPatch, arrived: int
) -> None:
    """However much has arrived when the engine is lost."""
    bodies: list[Json] = []

    def answer(body: Json) -> list[Json]:
        bodies.append(body)
        begun = [chunk("ab")] if decode_begun(body) == decode_resume(body) else []
        rest = [] if 7 in decode_resume(body) else [chunk("c", ids=[7])]
        chunks = [*begun, *rest, chunk("d", ids=[8]), END]
        return chunks[:arrived] if len(bodies) == 1 else chunks

    parts = ask_local(monkeypatch, answer)
    assert len(bodies) == 2
    assert sum(isinstance(part, Notice) for part in parts) == 1
    last = finish_of(parts)
    assert last.message.text == "".join(part.text for part in parts if isinstance(part, Text))
    assert last.message.text == "abcd"
    assert last.ids == (5, 6, 7, 8)


def test_calls_of_the_beginning_are_whole() -> None:
    function = {"name": "read", "arguments": '{"file_path": "a.py"}'}
    begun = chunk()
    begun["choices"][0]["delta"] = {
        "tool_calls": [{"index": 0, "id": "call-1", "function": function}]
    }

    async def ask() -> tuple[list[Part | Lost], Answer]:
        answer = Answer(ids=list(ASKED.begun))
        async with server(lambda _body: [begun, END]) as http:
            parts = [part async for part in stream_answer(http, ASKED, answer)]
        return parts, answer

    parts, answer = asyncio.run(ask())
    call = ToolCall("call-1", "read", '{"file_path": "a.py"}')
    assert parts == [call]
    assert answer.finish().message.calls == (call,)
    assert answer.finish().ids == ASKED.begun


def test_a_server_that_knows_no_ids_leaves_them_out() -> None:
    async def ask() -> Answer:
        answer = Answer()
        plain = {"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]}
        async with server(lambda _body: [plain]) as http:
            _parts = [part async for part in stream_answer(http, ASKED, answer)]
        return answer

    finish = asyncio.run(ask()).finish()
    assert (finish.message.text, finish.ids, finish.doubts) == ("Hi.", (), ())
