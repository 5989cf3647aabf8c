"""Every event through JSON and back, and the fields of all of them in one golden file."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_agent.codec import (
    EVENT_TYPES,
    CodecProblem,
    decode,
    encode,
    is_journalled,
    to_line,
    type_name,
)
from inhouse_agent.events import (
    Event,
    FileChanged,
    MessageAdded,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolProgress,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.plan import Plan, PlanStep
from inhouse_models.chat import Message, ModelError, Timings, ToolCall, Usage

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
st.register_type_strategy(
    ToolEnded,
    st.builds(
        ToolEnded,
        show=st.dictionaries(st.text(), JSON_VALUES, max_size=3),
        seconds=st.floats(allow_nan=False),
    ),
)
st.register_type_strategy(float, st.floats(allow_nan=False))
EVENTS = st.one_of([st.from_type(event_type) for event_type in get_args(Event)])


@given(EVENTS)
def test_round_trip_is_exact(event: Event) -> None:
    line = to_line(event)
    assert "\n" not in line
    assert line.isascii()
    assert decode(json.loads(line)) == event


def test_lone_surrogates_survive() -> None:
    event = TextArrived("\ud800 \u2028 \0")
    assert decode(json.loads(to_line(event))) == event


def test_the_type_comes_first() -> None:
    event = TurnEnded("success", "ok", 1, Usage(3, 2, 1), Timings(0, 1, 2), 1.5, ("a",))
    assert list(encode(event))[:3] == ["type", "ending", "text"]
    assert encode(event)["usage"] == {
        "input_tokens": 3,
        "cached_input_tokens": 2,
        "output_tokens": 1,
    }


def test_missing_fields_keep_their_defaults() -> None:
    data = {"type": "message_added", "message": {"role": "user", "text": "hi"}}
    assert decode(data) == MessageAdded(Message("user", "hi"))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"type": "unheard_of"},
        {"type": "turn_started"},
        {"type": "text_arrived", "text": 3},
        {"type": "message_added", "message": {"role": "wizard"}},
        {"type": "message_added", "message": {"role": "user", "calls": [{"id": 1}]}},
        {"type": "plan_changed", "steps": [["a", "b", "c"]]},
        {"type": "prefill_progress", "cached": True, "done": 1, "total": 2},
    ],
)
def test_what_is_no_event_is_a_problem(data: object) -> None:
    assert isinstance(decode(data), CodecProblem)


def test_pieces_are_not_journalled() -> None:
    pieces: list[Event] = [
        PrefillProgress(0, 1, 2),
        TextArrived("a"),
        ThinkingArrived("a"),
        ToolProgress("1", "a"),
    ]
    assert not any(is_journalled(piece) for piece in pieces)
    assert is_journalled(TurnStarted("a", "b", "c"))
    assert is_journalled(FileChanged("a", "", ""))


def test_fields_of_every_event(golden: Callable[[str, str], None]) -> None:
    nested = (Message, ToolCall, Plan, PlanStep, Usage, Timings, ModelError)
    kinds: list[type[Any]] = [*EVENT_TYPES.values(), *nested]
    assert all(is_dataclass(kind) for kind in kinds)
    described = {kind.__name__: _describe(kind) for kind in kinds}
    golden("events.json", json.dumps(described, indent=2) + "\n")


def _describe(kind: type[Any]) -> dict[str, str]:
    hints = get_type_hints(kind)
    event_name = {"type": type_name(kind)} if kind in EVENT_TYPES.values() else {}
    return event_name | {field.name: _name_of(hints[field.name]) for field in fields(kind)}


def _name_of(hint: Any) -> str:
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    written = str(hint)
    for prefix in ("typing.", "collections.abc.", "inhouse_models.chat.", "inhouse_tools.tool."):
        written = written.replace(prefix, "")
    return "Mapping[str, JsonValue]" if written.startswith("Mapping") else written
