"""Requests come back from the wire as they went, token ids beside the messages."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.chat import (
    Chance,
    Choices,
    Doubt,
    Message,
    Request,
    Sampling,
    Source,
    Timings,
    ToolCall,
    ToolSpec,
    Usage,
)
from inhouse_models.wire import (
    KnownTokens,
    decode_begun,
    decode_chances,
    decode_doubts,
    decode_known,
    decode_request,
    decode_resume,
    decode_timings,
    decode_usage,
    encode_chances,
    encode_doubts,
    encode_request,
    encode_timings,
    encode_usage,
)

texts = st.text(max_size=20)
names = st.lists(texts, max_size=3).map(tuple)
named = st.dictionaries(texts, names, max_size=3)
ids = st.lists(st.integers(0, 2**31), max_size=4).map(tuple)
schemas = st.dictionaries(texts, st.none() | st.booleans() | texts | st.lists(texts), max_size=3)
fractions = st.floats(0, 1)
messages = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    text=texts,
    images=names,
    thinking=texts,
    calls=st.lists(st.builds(ToolCall, texts, texts, texts), max_size=2).map(tuple),
    answers=texts,
    tokens=ids,
    model=st.sampled_from(["one", "two"]),
)
pieces = st.tuples(st.binary(max_size=4), st.floats(-30, 0))
likeliest = st.lists(pieces, max_size=3).map(tuple)
chances = st.builds(Chance, st.binary(max_size=4), st.floats(-30, 0), likeliest)
requests = st.builds(
    Request,
    messages=st.lists(messages, max_size=5).map(tuple),
    tools=st.lists(st.builds(ToolSpec, texts, texts, schemas), max_size=3).map(tuple),
    session=texts,
    max_tokens=st.none() | st.integers(1, 10_000),
    sampling=st.none()
    | st.builds(
        Sampling, fractions, st.integers(0, 100), fractions, fractions, st.integers(0, 2**31)
    ),
    think=st.none() | st.booleans(),
    call_form=st.sampled_from(["native", "fenced"]),
    held=st.booleans(),
    must_call=st.booleans(),
    allowed=st.none() | names,
    schema=st.none() | schemas,
    choices=st.builds(
        Choices,
        paths=names,
        read=names,
        whole=names,
        new=names,
        invent=st.booleans(),
        fenced=names,
        symbols=named,
        readable=names,
        sources=st.lists(st.builds(Source, texts, texts, st.none() | texts), max_size=2).map(tuple),
        foreign=st.booleans(),
    ),
    openings=names,
    begun=ids,
    doubts=st.booleans(),
    raw=st.booleans(),
    chances=st.none() | st.integers(0, 20),
)


def sent(request: Request, resume: tuple[int, ...] = ()) -> dict[str, Any]:
    """The body as the other side reads it."""
    return json.loads(json.dumps(encode_request(request, resume)))


@given(requests, ids)
def test_a_request_comes_back(request: Request, more: tuple[int, ...]) -> None:
    resume = (*request.begun, *more)
    data = sent(request, resume)
    plain = tuple(replace(message, tokens=(), model="") for message in request.messages)
    assert decode_request(data) == replace(request, messages=plain)
    assert decode_begun(data) == request.begun
    assert decode_resume(data) == resume


@given(st.lists(chances, max_size=4))
def test_chances_come_back(told: list[Chance]) -> None:
    assert decode_chances(json.loads(json.dumps(encode_chances(told)))) == tuple(told)


@given(requests)
def test_known_tokens_are_a_start_of_one_model(request: Request) -> None:
    known = decode_known(sent(request))
    covered = request.messages[: known.messages]
    written = [message for message in covered if message.role == "assistant" and message.tokens]
    assert known.ids == tuple(token for message in written for token in message.tokens)
    assert {message.model for message in written} == ({known.model} if written else set())
    later = (m for m in request.messages[known.messages :] if m.role == "assistant" and m.tokens)
    following = next(later, None)
    if following is not None:
        assert written
        assert following.model != known.model


def test_an_answer_without_ids_lies_within_those_of_the_next() -> None:
    history = (
        Message("user", "a"),
        Message("assistant", "b", tokens=(1, 2), model="one"),
        Message("user", "c"),
        Message("assistant", "d", tokens=(3,), model="one"),
        Message("user", "e"),
        Message("assistant", "f"),
        Message("assistant", "g", tokens=(4,), model="one"),
    )
    assert decode_known(sent(Request(history))) == KnownTokens("one", 7, (1, 2, 3, 4))


def test_a_request_of_another_program_has_defaults() -> None:
    data = {"messages": [{"role": "user", "content": "hello"}], "temperature": 0.5}
    assert decode_request(data) == Request(
        (Message("user", "hello"),), sampling=Sampling(temperature=0.5)
    )
    assert decode_known(data) == KnownTokens()
    assert decode_begun(data) == decode_resume(data) == ()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"messages": [{"content": "x"}]},
        {"messages": [], "tools": [{"type": "function"}]},
        {"messages": [], "inhouse": {"allowed": 3}},
    ],
)
def test_other_shapes_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode_request(data)


@given(st.builds(Usage, *[st.integers(0, 10**6)] * 3), st.builds(Timings, *[fractions] * 3))
def test_costs_come_back(usage: Usage, timings: Timings) -> None:
    assert decode_usage(json.loads(json.dumps(encode_usage(usage)))) == usage
    assert decode_timings(json.loads(json.dumps(encode_timings(timings)))) == timings


@given(st.lists(st.builds(Doubt, st.integers(0, 10**6), st.integers(0, 10**6), fractions)))
def test_doubts_come_back(doubts: list[Doubt]) -> None:
    assert decode_doubts(json.loads(json.dumps(encode_doubts(tuple(doubts))))) == tuple(doubts)
    assert decode_doubts(None) == ()
