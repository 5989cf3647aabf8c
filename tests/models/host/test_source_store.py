"""The texts of files are sent once, kept by their digests, and asked for again when forgotten."""

import asyncio
import json

import httpx
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.chat import Choices, Message, ModelError, Part, Request, Source
from inhouse_models.client import Answer, Lost, stream_answer
from inhouse_models.host.sources import SourceStore
from inhouse_models.wire import decode_request

ONE, TWO = Source.of("a.py", "x = 1\n"), Source.of("b.py", "y = 2\n")
END = {"choices": [{"index": 0, "delta": {"content": "Done."}, "finish_reason": "stop"}]}


def bare(source: Source) -> Source:
    return Source(source.name, source.digest)


def ask(*requests: Request, store: SourceStore) -> tuple[list[int], list[Answer]]:
    """Send requests to a server with this store: the texts in each body, and the answers."""
    sent: list[int] = []

    def serve(http_request: httpx.Request) -> httpx.Response:
        sources = decode_request(json.loads(http_request.content)).choices.sources
        sent.append(sum(source.text is not None for source in sources))
        if store.complete(sources) is None:
            error = {"type": "sources", "message": "Send it along."}
            body = httpx.ByteStream(json.dumps({"error": error}).encode())
            return httpx.Response(500, stream=body)
        body = httpx.ByteStream(f"data: {json.dumps(END)}\n\ndata: [DONE]\n\n".encode())
        return httpx.Response(200, stream=body)

    async def main() -> list[Answer]:
        transport = httpx.MockTransport(serve)
        answers: list[Answer] = []
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as http:
            for request in requests:
                answers.append(Answer())
                _parts: list[Part | Lost] = [
                    part async for part in stream_answer(http, request, answers[-1])
                ]
        return answers

    return sent, asyncio.run(main())


def request_with(*sources: Source) -> Request:
    return Request((Message("user", "Go on."),), choices=Choices(sources=sources))


def test_a_text_is_sent_when_it_is_asked_for() -> None:
    store = SourceStore()
    again = request_with(ONE)
    sent, answers = ask(again, again, request_with(ONE, TWO), store=store)
    assert sent == [0, 1, 0, 0, 2]
    assert [answer.finish().message.text for answer in answers] == ["Done."] * 3
    assert not any(answer.error for answer in answers)


def test_nothing_is_asked_for_twice() -> None:
    lying = Source("a.py", "0" * 64, "x = 1\n")
    sent, (answer,) = ask(request_with(lying), store=SourceStore())
    assert sent == [0, 1]
    assert answer.finish().error == ModelError("sources", "Send it along.")


def test_a_request_without_sources_needs_none() -> None:
    assert ask(Request((Message("user", "Hello."),)), store=SourceStore())[0] == [0]


def test_a_renamed_file_is_known() -> None:
    store = SourceStore()
    assert store.complete([ONE]) == (ONE,)
    moved = Source("moved.py", ONE.digest)
    assert store.complete([moved]) == (Source("moved.py", ONE.digest, ONE.text),)
    assert store.complete([bare(TWO)]) is None


def test_the_longest_unused_is_forgotten() -> None:
    store = SourceStore(most_characters=12)
    third = Source.of("c.py", "z = 3\n")
    for sources in ([ONE], [TWO], [bare(ONE)], [third]):
        assert store.complete(sources) is not None
    assert store.complete([bare(ONE)]) == (ONE,)
    assert store.complete([bare(TWO)]) is None


@given(st.lists(st.text(min_size=1, max_size=9), max_size=8), st.integers(0, 20))
def test_however_little_room_there_is_what_is_sent_is_used(texts: list[str], room: int) -> None:
    store = SourceStore(most_characters=room)
    sources = tuple(Source.of(str(place), text) for place, text in enumerate(texts))
    assert store.complete(sources) == sources
    kept = [source for source in sources if store.complete([bare(source)])]
    assert sum({source.digest: len(source.text or "") for source in kept}.values()) <= room


def test_digests_tell_texts_apart() -> None:
    assert Source.of("a", "x").digest != Source.of("a", "x\n").digest
    assert Source.of("a", "x").digest == Source.of("b", "x").digest
