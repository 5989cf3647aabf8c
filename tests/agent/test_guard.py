"""The loop guard counts equal calls with equal results."""

from inhouse_agent.guard import LoopGuard, normalise_call
from inhouse_models.chat import ToolCall


def test_spacing_and_order_do_not_matter() -> None:
    one = ToolCall("1", "look", '{"a": 1, "b": [2]}')
    two = ToolCall("2", "look", '{"b":[2],"a":1}')
    assert normalise_call(one) == normalise_call(two)
    assert normalise_call(ToolCall("3", "look", "{")) == "look\n{"


def test_other_results_count_anew() -> None:
    guard = LoopGuard()
    call = ToolCall("1", "look", "{}")
    assert [guard.note(call, str(number), changed=False) for number in range(9)] == [""] * 9


def test_turns_between_do_not_matter() -> None:
    guard = LoopGuard()
    one, two = ToolCall("1", "look", "{}"), ToolCall("2", "list", "{}")
    noted = [
        guard.note(call, "same \ud800", changed=False) for _ in range(3) for call in (one, two)
    ]
    assert noted == ["", "", "", "", "advise", "stop"]
