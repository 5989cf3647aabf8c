"""What is said to each server and what is made of its answers, over a real socket."""

import asyncio
from collections.abc import Callable

import pytest
from tests.models.remote.fake_server import (
    Answer,
    Asked,
    FakeServer,
    Json,
    Routes,
    Said,
    chatting,
    chunk,
    serving,
)
from tests.models.remote.known_servers import OLLAMA, SGLANG, STUDIO, VLLM

from inhouse_models.chat import (
    Finish,
    Message,
    Part,
    Request,
    Sampling,
    Text,
    Thinking,
    ToolCall,
    ToolSpec,
)
from inhouse_models.remote.client import RemoteClient, open_remote

CHAT = "POST /v1/chat/completions"
CHAT_PATH = "/v1/chat/completions"
READ = ToolSpec("read", "Reads.", {"type": "object", "properties": {"path": {"type": "string"}}})
ASKED = Request((Message("system", "Be brief."), Message("user", "Hello?")), tools=(READ,))
OTHER: Routes = {"GET /v1/models": Said({"data": [{"id": "gpt", "context_length": 4096}]})}


def talk(
    routes: Routes, request: Request = ASKED, key: str = ""
) -> tuple[list[Part], Finish, FakeServer]:
    """The parts, the end, and the server with what it was asked."""

    async def main() -> tuple[list[Part], Finish, FakeServer]:
        async with serving(routes) as server:
            client = open_remote(server.url, key=key)
            assert isinstance(client, RemoteClient)
            parts = [part async for part in client.stream(request)]
            await client.close()
            last = parts.pop()
            assert isinstance(last, Finish)
            return parts, last, server

    return asyncio.run(main())


def body(routes: Routes, request: Request = ASKED) -> Json:
    """What the server was sent."""
    return talk(routes, request)[2].last(CHAT_PATH).body


def with_chat(answer: Answer, routes: Routes = OTHER) -> Routes:
    return {**routes, CHAT: answer}


def error_of(answer: Answer, routes: Routes = OTHER, request: Request = ASKED) -> tuple[str, str]:
    """Kind and text of the error that ends such an answer."""
    _parts, finish, _server = talk(with_chat(answer, routes), request)
    assert finish.reason == "error"
    assert finish.error is not None
    return finish.error.kind, finish.error.text


@pytest.mark.parametrize("routes", [VLLM, SGLANG, OLLAMA, STUDIO])
def test_thinking_arrives_under_both_names(routes: Routes) -> None:
    parts, finish, _server = talk(routes)
    assert isinstance(parts[0], Thinking)
    assert parts[1] == Text("Hello.")
    assert (finish.reason, finish.message.text) == ("stop", "Hello.")
    assert finish.message.thinking


def test_cached_tokens_are_counted() -> None:
    usage = talk(VLLM)[1].usage
    assert (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens) == (100, 64, 7)


def test_what_is_not_counted_is_estimated() -> None:
    answer = chatting(chunk("Hello."), chunk(reason="stop"))
    finish = talk(with_chat(answer))[1]
    assert 0 < finish.usage.input_tokens < 100
    assert finish.usage.output_tokens == 1


def test_calls_arrive_in_pieces() -> None:
    def piece(**function: str) -> Json:
        return chunk(tool_calls=[{"index": 0, "id": function.pop("id", ""), "function": function}])

    answer = chatting(
        piece(id="call-1", name="read"),
        piece(arguments='{"path": '),
        piece(arguments='"a.py"}'),
        chunk(reason="tool_calls"),
    )
    parts, finish, server = talk(with_chat(answer))
    call = ToolCall("call-1", "read", '{"path": "a.py"}')
    assert parts == [call]
    assert (finish.reason, finish.message.calls) == ("calls", (call,))
    assert server.last(CHAT_PATH).body["tools"][0]["function"]["name"] == "read"


def test_only_what_a_server_understands_is_sent() -> None:
    request = Request(
        (
            Message("user", "Look.", images=("data:image/png;base64,AA==",)),
            Message("assistant", "", thinking="Hm.", calls=(ToolCall("1", "read", "{}"),)),
            Message("tool", "text", answers="1"),
        ),
        session="a-session-of-mine",
        sampling=Sampling(temperature=0.5),
        must_call=True,
        tools=(READ,),
    )
    sent = body(VLLM, request)
    assert "inhouse" not in sent
    assert "a-session-of-mine" not in str(sent)
    assert (sent["model"], sent["temperature"], sent["tool_choice"]) == (
        *("Qwen/Qwen3.6-27B", 0.5),
        "required",
    )
    image, thought, answer = sent["messages"]
    assert image["content"][1]["image_url"]["url"].startswith("data:image/png")
    assert thought["reasoning"] == thought["reasoning_content"] == "Hm."
    assert answer["tool_call_id"] == "1"
    assert [m.get("reasoning") for m in body(OLLAMA, request)["messages"]] == [None, "Hm.", None]
    assert "reasoning" not in body(SGLANG, request)["messages"][1]


def test_the_image_of_a_result_is_shown_right_behind_the_results() -> None:
    calls = (ToolCall("1", "read", "{}"), ToolCall("2", "read", "{}"))
    url = "data:image/png;base64,AA=="
    request = Request(
        (
            Message("user", "Look."),
            Message("assistant", "", calls=calls),
            Message("tool", "a.png is an image.", (url,), answers="1"),
            Message("tool", "text", answers="2"),
            Message("assistant", "So?"),
        )
    )
    for sent in (body(VLLM, request), body(OLLAMA, request)):
        messages = sent["messages"]
        roles = [message["role"] for message in messages]
        assert roles == ["user", "assistant", "tool", "tool", "user", "assistant"]
        assert messages[2]["content"] == "a.png is an image."
        assert messages[4]["content"] == [{"type": "image_url", "image_url": {"url": url}}]


@pytest.mark.parametrize(
    ("routes", "think", "sent"),
    [
        (VLLM, False, {"chat_template_kwargs": {"enable_thinking": False}}),
        (SGLANG, True, {"chat_template_kwargs": {"enable_thinking": True}}),
        (OLLAMA, False, {"reasoning_effort": "none"}),
        (OLLAMA, True, {"reasoning_effort": "medium"}),
        (STUDIO, False, {}),
        (VLLM, None, {}),
    ],
)
def test_each_server_has_its_own_thinking_switch(
    routes: Routes, think: bool | None, sent: Json
) -> None:
    told = body(routes, Request(ASKED.messages, think=think))
    names = ("chat_template_kwargs", "reasoning_effort", "think")
    assert {name: told[name] for name in names if name in told} == sent


def test_a_schema_is_sent_as_openai_does() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    told = body(SGLANG, Request(ASKED.messages, schema=schema))
    assert told["response_format"]["type"] == "json_schema"
    assert told["response_format"]["json_schema"]["schema"] == schema


def test_vllm_counts_exactly_and_others_are_estimated() -> None:
    async def count(routes: Routes) -> tuple[object, FakeServer]:
        async with serving(routes) as server:
            client = open_remote(server.url)
            assert isinstance(client, RemoteClient)
            counted = await client.count(ASKED)
            await client.close()
            return counted, server

    counted, server = asyncio.run(count(VLLM))
    assert counted == 4_321
    sent = server.last("/tokenize").body
    assert sent["tools"][0]["function"]["name"] == "read"
    assert sent["add_generation_prompt"] is True
    estimated, server = asyncio.run(count(OLLAMA))
    assert isinstance(estimated, int)
    assert 10 < estimated < 60
    assert all("tokenize" not in asked.path for asked in server.asked)


# Each server's own words, from the places that known_servers.py names and, for LM Studio, its bug
# tracker (lmstudio-ai/lmstudio-bug-tracker 237 and 2339).
@pytest.mark.parametrize(
    "answer",
    [
        Said(
            {
                "error": {
                    "message": "This model's maximum context length is 4096 tokens. However, you"
                    " requested 9 output tokens and your prompt contains 5000 input tokens.",
                    "type": "BadRequestError",
                    "param": None,
                    "code": 400,
                }
            },
            400,
        ),
        Said(
            {
                "object": "error",
                "message": "The input (5000 tokens) is longer than the model's context length"
                " (4096 tokens).",
                "type": "BadRequestError",
                "code": 400,
            },
            400,
        ),
        Said(
            {
                "error": {
                    "code": 400,
                    "message": "request (5000 tokens) exceeds the available context size (4096"
                    " tokens), try increasing it",
                    "type": "exceed_context_size_error",
                    "n_prompt_tokens": 5000,
                    "n_ctx": 4096,
                }
            },
            400,
        ),
        Said(
            {
                "error": "Trying to keep the first 5000 tokens when context the overflows. However,"
                " the model is loaded with context length of only 4096 tokens."
            },
            400,
        ),
        chatting(chunk(), {"error": {"message": "Context size has been exceeded.", "code": 500}}),
        chatting(
            {
                "error": {
                    "object": "error",
                    "message": "Requested token count exceeds the model's"
                    " maximum context length of 4096 tokens.",
                    "type": "BadRequestError",
                    "code": 400,
                }
            }
        ),
    ],
)
def test_a_full_context_is_known_by_each_servers_words(answer: Said) -> None:
    assert error_of(answer)[0] == "overflow"


LONG = Request((Message("user", "word " * 6_000),))


def test_a_server_that_would_cut_is_not_asked() -> None:
    _parts, finish, server = talk(OLLAMA, LONG)
    assert finish.error is not None
    assert finish.error.kind == "overflow"
    assert "would cut it to 4,096 unsaid" in finish.error.text
    assert all(asked.path != CHAT_PATH for asked in server.asked)
    # The control: the same conversation, short enough, is asked.
    assert talk(OLLAMA)[2].last(CHAT_PATH)


def test_an_empty_answer_to_a_long_prompt_is_a_full_context() -> None:
    empty = chatting(chunk(reason="stop"))
    prompt = Request((Message("user", "word " * 2_000),))
    assert error_of(empty, request=prompt)[0] == "overflow"
    assert talk(with_chat(empty))[1].error is None


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Said({"error": {"message": "Invalid API Key"}}, 401), "no_model", "inhouse models key"),
        (Said({"error": {"message": "no"}}, 403), "no_model", "does not accept the API key"),
        (Said({"detail": "Not Found"}, 404), "no_model", "inhouse models discover"),
        (Said({"error": {"message": "slow down"}}, 429), "request", "wait a moment"),
        (Said({"error": {"message": "boom"}}, 500), "request", "status 500: boom."),
        (Said(raw=b"HTTP/1.1 502 Bad\r\nContent-Length: 4\r\n\r\n<h1>"), "request", "proxy"),
        (Said({"error": {"message": "Loading model"}}, 503), "request", "not ready"),
        (Said({"detail": [{"msg": "field required"}]}, 422), "request", "field required"),
        (
            Said({"message": '"auto" tool choice requires --enable-auto-tool-choice'}, 400),
            "request",
            "Start vLLM with",
        ),
        (chatting({"error": "it broke"}), "request", "it broke"),
        (chatting({"error": 5}), "request", "breaks off"),
        (Said(events=("{not json",)), "request", "no chat completion"),
        (Said(events=(chunk("Hel"),), cut=True), "engine_lost", "broke"),
        (Said(cut=True), "engine_lost", "broke"),
        (Said({"choices": []}), "request", "instead of text/event-stream"),
    ],
)
def test_what_goes_wrong_is_a_value_and_a_sentence(answer: Said, kind: str, words: str) -> None:
    told = error_of(answer)
    assert told[0] == kind
    assert words in told[1]
    assert "\n" not in told[1]
    assert len(told[1]) < 600


def test_llama_cpp_python_is_asked_again_why_it_hung_up() -> None:
    """It refuses a long prompt only unstreamed; streamed it sends a head and hangs up."""

    def answer(asked: Asked) -> Said:
        if asked.body["stream"]:
            return Said(cut=True)
        text = "This model's maximum context length is 2048 tokens. However, you requested 3030"
        return Said({"error": {"message": text, "code": "context_length_exceeded"}}, 400)

    listed = Said({"data": [{"id": "m", "owned_by": "me", "permissions": []}]})
    assert error_of(answer, {"GET /v1/models": listed})[0] == "overflow"


def test_the_key_goes_with_every_question_to_its_server_alone() -> None:
    reached: list[FakeServer] = []

    async def main(redirect: Callable[[str], Routes]) -> Finish:
        async with serving({}) as elsewhere, serving(redirect(elsewhere.url)) as server:
            client = open_remote(server.url, key="sk-mine")
            assert isinstance(client, RemoteClient)
            parts = [part async for part in client.stream(ASKED)]
            await client.close()
            reached.extend((elsewhere, server))
            assert isinstance(parts[-1], Finish)
            return parts[-1]

    moved = asyncio.run(
        main(lambda url: with_chat(Said(status=307, headers={"Location": f"{url}/v1"}), VLLM))
    )
    assert moved.error is not None
    assert "not followed" in moved.error.text
    elsewhere, server = reached
    assert elsewhere.asked == []
    assert {asked.headers.get("authorization") for asked in server.asked} == {"Bearer sk-mine"}
    assert "authorization" not in talk(VLLM)[2].asked[0].headers


def test_proxies_of_the_environment_see_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert talk(VLLM)[1].message.text == "Hello."
