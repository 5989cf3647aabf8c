"""OpenAI's own client against `inhouse serve` over TCP, with the real small model."""

import json
import math
from typing import Any, cast

import pytest
from openai import BadRequestError, OpenAI

from .served_model import ServedModel

pytestmark = pytest.mark.model
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city now.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
            "required": ["city", "unit"],
        },
    },
}
PERSON: Any = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def say(text: str) -> Any:
    return [{"role": "user", "content": text}]


def chat(client: OpenAI, text: str, **options: Any) -> Any:
    """One answer, greedy and short."""
    options = {"max_tokens": 24, "temperature": 0, **options}
    create: Any = client.chat.completions.create
    return create(model="any", messages=say(text), **options)


def test_models_and_an_answer_whole_and_streamed(served: ServedModel) -> None:
    with served.openai() as client:
        (model,) = client.models.list().data
        assert model.id == served.start["model"] == "qwen2.5-coder-0.5b"
        whole = chat(client, "Count from one to five.")
        answer, usage = whole.choices[0], whole.usage
        assert whole.model == model.id and answer.message.role == "assistant"
        assert answer.finish_reason in ("stop", "length")
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        streamed = list(
            chat(
                client,
                "Count from one to five.",
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        *chunks, last = streamed
        texts = [chunk.choices[0].delta.content or "" for chunk in chunks]
        assert "".join(texts) == answer.message.content
        assert len([text for text in texts if text]) > 2
        assert chunks[-1].choices[0].finish_reason == answer.finish_reason
        assert last.choices == [] and last.usage.completion_tokens == usage.completion_tokens
        # The same prompt a second time is known.
        assert last.usage.prompt_tokens_details.cached_tokens >= usage.prompt_tokens - 1
        assert all(chunk.usage is None for chunk in chunks)


def test_stop_texts_and_limits(served: ServedModel) -> None:
    with served.openai() as client:
        free = chat(client, "Count: 1, 2, 3 and so on to 9. Numbers only.", max_tokens=40)
        text = free.choices[0].message.content
        # Whatever it says, something in the middle of that ends it.
        stop = text[len(text) // 2 :][:2]
        asked = "Count: 1, 2, 3 and so on to 9. Numbers only."
        held = chat(client, asked, max_tokens=40, stop=[stop, "never"])
        assert (held.choices[0].message.content or "") == text[: text.index(stop)]
        assert held.choices[0].finish_reason == "stop"
        assert held.usage.completion_tokens < free.usage.completion_tokens
        short = chat(client, "Tell a long story.", max_completion_tokens=3, max_tokens=9)
        assert short.choices[0].finish_reason == "length"
        assert short.usage.completion_tokens == 3


def test_a_seed_repeats_an_answer(served: ServedModel) -> None:
    with served.openai() as client:

        def drawn(**options: Any) -> str:
            options = {"temperature": 2, "top_p": 1, "max_tokens": 6, **options}
            answer = chat(client, "Say some odd words.", **options)
            return answer.choices[0].message.content

        assert drawn(seed=7) == drawn(seed=7)
        assert len({drawn(seed=7), drawn(seed=8), drawn()}) > 1


@pytest.mark.parametrize("stream", [False, True])
def test_tools_that_must_be_called(served: ServedModel, stream: bool) -> None:
    options: Any = {"tools": [WEATHER], "tool_choice": "required", "stream": stream}
    with served.openai() as client:
        answer = chat(client, "What is the weather in Paris?", max_tokens=64, **options)
        if stream:
            chunks = [chunk.choices[0] for chunk in answer]
            deltas: list[list[Any]] = [chunk.delta.tool_calls or [] for chunk in chunks]
            calls = [call for delta in deltas for call in delta]
            reason = chunks[-1].finish_reason
        else:
            calls, reason = answer.choices[0].message.tool_calls, answer.choices[0].finish_reason
        (call,) = calls
        assert reason == "tool_calls" and call.function.name == "weather"
        arguments = json.loads(call.function.arguments)
        assert "Paris" in arguments["city"] and arguments["unit"] in ("C", "F")
        if stream:
            return
        history: Any = [
            *say("What is the weather in Paris?"),
            answer.choices[0].message,
            {"role": "tool", "tool_call_id": call.id, "content": "It is 31 degrees, sunny."},
        ]
        told = client.chat.completions.create(
            model="any", messages=history, tools=[WEATHER], temperature=0, max_tokens=4
        )
        # What was written before is not read again.
        assert told.usage and told.usage.prompt_tokens_details
        known = told.usage.prompt_tokens_details.cached_tokens
        assert known and known >= answer.usage.prompt_tokens


def test_a_named_tool_and_none(served: ServedModel) -> None:
    other = {"type": "function", "function": {"name": "time", "description": "The time."}}
    with served.openai() as client:
        chosen: Any = {"type": "function", "function": {"name": "time"}}
        named = chat(client, "Weather in Rome?", tools=[WEATHER, other], tool_choice=chosen)
        (call,) = named.choices[0].message.tool_calls
        assert (call.function.name, call.function.arguments) == ("time", "{}")
        silent = chat(client, "Weather in Rome?", tools=[WEATHER], tool_choice="none")
        assert silent.choices[0].message.tool_calls is None
        assert silent.choices[0].message.content


def test_json_by_a_schema(served: ServedModel) -> None:
    named = {"name": "person", "schema": PERSON, "strict": True}
    with served.openai() as client:
        form: Any = {"type": "json_schema", "json_schema": named}
        answer = chat(client, "Ann is 30 years old.", response_format=form, max_tokens=60)
        assert json.loads(answer.choices[0].message.content) == {"name": "Ann", "age": 30}
        loose: Any = {"type": "json_object"}
        answer = chat(
            client, "Ann is 30 years old. As JSON.", response_format=loose, max_tokens=400
        )
        assert isinstance(json.loads(answer.choices[0].message.content), dict)
        bad: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "no"}}}
        for stream in (False, True):
            with pytest.raises(BadRequestError):
                chat(client, "Ann.", response_format=bad, stream=stream)


def test_probabilities(served: ServedModel) -> None:
    with served.openai() as client:
        answer = chat(client, "Say hello.", logprobs=True, top_logprobs=3, max_tokens=6)
        tokens = answer.choices[0].logprobs.content
        text = b"".join(bytes(token.bytes) for token in tokens).decode()
        assert text == answer.choices[0].message.content
        for token in tokens:
            likely = [one.logprob for one in token.top_logprobs]
            assert len(likely) == 3 and likely == sorted(likely, reverse=True)
            # Greedy takes the likeliest one.
            assert token.logprob == likely[0] <= 0
            assert sum(map(math.exp, likely)) <= 1.0001
        streamed = chat(client, "Say hello.", logprobs=True, max_tokens=6, stream=True)
        chunks = [chunk.choices[0].logprobs for chunk in streamed]
        told = [token for chunk in chunks if chunk for token in chunk.content]
        assert [one.logprob for one in told] == pytest.approx([one.logprob for one in tokens])
        # A grammar forces most of this: still every token has its chance.
        form: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": PERSON}}
        held = chat(client, "Ann is 30.", response_format=form, logprobs=True, max_tokens=40)
        spelled = b"".join(bytes(one.bytes) for one in held.choices[0].logprobs.content).decode()
        assert spelled == held.choices[0].message.content


def test_text_completions(served: ServedModel) -> None:
    prompt = "def add(first, second):\n    return"
    with served.openai() as client:
        whole = client.completions.create(
            model="any", prompt=prompt, max_tokens=4, temperature=0, logprobs=1, echo=True
        )
        choice = whole.choices[0]
        assert choice.text.startswith(f"{prompt} first +")
        assert choice.logprobs and choice.logprobs.tokens
        assert "".join(choice.logprobs.tokens) == choice.text[len(prompt) :]
        assert choice.logprobs.text_offset and choice.logprobs.text_offset[0] == len(prompt)
        chunks = client.completions.create(
            model="any", prompt=prompt, max_tokens=4, temperature=0, stream=True
        )
        assert "".join(chunk.choices[0].text for chunk in chunks) == choice.text[len(prompt) :]
        between = client.completions.create(
            model="any", prompt="def add(first, second):\n    ", suffix="\n\nprint(add(1, 2))\n"
        )
        assert between.choices[0].text.startswith("return first + second")
        for wrong in ([1, 2, 3], ["a", "b"], [[1]]):
            with pytest.raises(BadRequestError):
                client.completions.create(model="any", prompt=cast("Any", wrong))


def test_embeddings(served: ServedModel) -> None:
    texts = ["A cat sat on the mat.", "A kitten lies on a rug.", "SELECT name FROM users;"]
    with served.openai() as client:
        made = client.embeddings.create(model="any", input=texts)
        # The client asks for base64 and unpacks it; a long text is read in several parts.
        first, near, far = (one.embedding for one in made.data)
        assert len(first) == len(near) == len(far) > 100
        assert math.sqrt(sum(value * value for value in first)) == pytest.approx(1, abs=1e-3)

        def alike(one: list[float], other: list[float]) -> float:
            return sum(a * b for a, b in zip(one, other, strict=True))

        assert alike(first, near) > alike(first, far) + 0.1
        alone = client.embeddings.create(model="any", input=texts[0], encoding_format="float")
        assert alike(first, alone.data[0].embedding) == pytest.approx(1, abs=1e-3)
        assert 0 < alone.usage.prompt_tokens < made.usage.prompt_tokens
        with pytest.raises(BadRequestError, match="tokens"):
            client.embeddings.create(model="any", input="word " * 3000)
