"""A call that was written as text is one only when the answer is nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.chat import ToolSpec
from inhouse_models.remote.told_calls import read_told_calls

READ = ToolSpec("read", "Reads.", {"type": "object"})
CALL = '{"name": "read", "arguments": {"path": "a.py"}}'


@pytest.mark.parametrize(
    "text",
    [
        CALL,
        f"\n{CALL}\n\n",
        f"```json\n{CALL}\n```\n\n",
        f"```\n{CALL}\n```",
        f"<tool_call>\n{CALL}\n</tool_call>",
    ],
)
def test_an_answer_that_is_a_call(text: str) -> None:
    (call,) = read_told_calls(text, (READ,))
    assert (call.name, json.loads(call.arguments)) == ("read", {"path": "a.py"})


def test_several_calls_have_ids_of_their_own() -> None:
    calls = read_told_calls(f"<tool_call>{CALL}</tool_call>\n" * 2, (READ,))
    assert [call.name for call in calls] == ["read", "read"]
    assert len({call.id for call in calls}) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"The file says:\n```json\n{CALL}\n```",
        f"```json\n{CALL}\n```\nThat would read it.",
        f"I quote <tool_call>{CALL}</tool_call>",
        '{"name": "delete", "arguments": {}}',
        '{"name": "read", "arguments": "{}"}',
        '{"name": "read", "arguments": {}, "why": "x"}',
        f"<tool_call>{CALL}</tool_call><tool_call>{{}}</tool_call>",
        f"```python\n{CALL}\n```",
        "[" * 100_000 + "}",
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert read_told_calls(text, (READ,)) == ()


def test_without_tools_there_are_no_calls() -> None:
    assert read_told_calls(CALL, ()) == ()


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_around_a_call_make_it_text(before: str, after: str) -> None:
    alone = not before.strip() and not after.strip()
    assert bool(read_told_calls(f"{before}{CALL}{after}", (READ,))) is alone
