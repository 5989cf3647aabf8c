"""Answers: the same parts however tokens fall, and only ids open anything."""

import itertools
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import TOOLS

from inhouse_models.chat import Message, Text, Thinking, ToolCall
from inhouse_models.formats import AnswerParser, FormName, SpecialTokens

IDS = SpecialTokens(call_open=1, call_close=2, think_open=3, think_close=4)
MARKS = ("", "<tool_call>", "</tool_call>", "<think>", "</think>")
ANSWER = (
    "<think>\nFirst look.\n</think>\n\nI read it.\n"
    '<tool_call>\n{"name": "read", "arguments": {"file_path": "a.py"}}\n</tool_call>\n'
    '<tool_call>\n{"name": "nope", "arguments": {}}\n</tool_call>\nDone.\n'
)
WHOLE = Message(
    "assistant",
    "I read it.\n\nDone.",
    thinking="First look.",
    calls=(
        ToolCall("call-5", "read", '{"file_path": "a.py"}'),
        ToolCall("call-6", "nope", "{}"),
    ),
)


def tokens_of(text: str, cuts: list[int], *, ids: bool) -> list[tuple[int, str]]:
    """Tokens of a text cut at these places; with `ids`, every mark is its own token."""
    parts = re.split(f"({'|'.join(map(re.escape, MARKS[1:]))})", text) if ids else [text]
    tokens: list[tuple[int, str]] = []
    for part in parts:
        if ids and part in MARKS[1:]:
            tokens.append((MARKS.index(part), part))
            continue
        places = sorted({cut % (len(part) + 1) for cut in cuts} | {0, len(part)})
        tokens += [(9, part[start:end]) for start, end in itertools.pairwise(places)]
    return tokens


def answer(
    tokens: list[tuple[int, str]],
    form: FormName = "hermes",
    specials: SpecialTokens = IDS,
    *,
    thinking_open: bool = False,
) -> Message:
    parser = AnswerParser(form, specials, thinking_open=thinking_open, tools=TOOLS, first_call=5)
    parts = [part for number, text in tokens for part in parser.feed(number, text)]
    parts += parser.close()
    message = parser.message()
    assert "".join(part.text for part in parts if isinstance(part, Text)) == message.text
    assert "".join(part.text for part in parts if isinstance(part, Thinking)) == message.thinking
    assert tuple(part for part in parts if isinstance(part, ToolCall)) == message.calls
    return message


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 300), max_size=40))
def test_any_chunking_gives_the_same_answer(cuts: list[int]) -> None:
    assert answer(tokens_of(ANSWER, cuts, ids=True)) == WHOLE
    assert answer(tokens_of(ANSWER, cuts, ids=False), specials=SpecialTokens()) == WHOLE


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 300), max_size=40))
def test_spelled_marks_stay_text(cuts: list[int]) -> None:
    message = answer(tokens_of(ANSWER, cuts, ids=False))
    assert message == Message("assistant", ANSWER.strip())


def test_prompt_may_open_the_thinking() -> None:
    tokens = tokens_of(" Hm.\n </think>\n\nYes.", [3], ids=True)
    message = answer(tokens, thinking_open=True)
    assert message == Message("assistant", "Yes.", thinking="Hm.")


def test_text_of_special_tokens_may_be_empty() -> None:
    tokens = [
        (number, "" if number < 9 else text) for number, text in tokens_of(ANSWER, [], ids=True)
    ]
    assert answer(tokens) == WHOLE


@pytest.mark.parametrize("form", ["hermes", "xml", "fenced"])
def test_unfinished_call_is_reported(form: FormName) -> None:
    text = '\n{"name": "write", "arguments": {"file_path": "a.py"}}\n```\nx = 1'
    if form == "hermes":
        text = text[:30]
    if form == "xml":
        text = "\n<function=write>\n<parameter=content>\nx = 1"
    call = answer([(1, "<tool_call>"), (9, text)], form).calls[0]
    assert (call.id, call.name, call.arguments) == ("call-5", "write", text.strip())
    with pytest.raises(ValueError, match=r"line \d"):
        json.loads(call.arguments)


def test_call_of_each_form() -> None:
    fenced = '\n{"name": "write", "arguments": {"file_path": "a"}}\n```\nx</tool_call>\n```\n'
    xml = (
        "\n<function=read>\n<parameter=file_path>\na\n</parameter>\n"
        "<parameter=limit>\n3\n</parameter>\n</function>\n"
    )
    for form, text, expected in (
        ("fenced", fenced, '{"file_path": "a", "content": "x</tool_call>\\n"}'),
        ("xml", xml, '{"file_path": "a", "limit": 3}'),
    ):
        message = answer([(1, ""), (9, text), (2, "")], "xml" if form == "xml" else "fenced")
        assert message.calls[0].arguments == expected


def test_plain_form_knows_no_calls() -> None:
    assert answer([(1, "<tool_call>"), (9, "x")], "plain").text == "<tool_call>x"
