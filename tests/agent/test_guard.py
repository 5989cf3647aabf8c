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


LOOK, LIST = ToolCall("1", "look", '{"a": 1}'), ToolCall("2", "list", "{}")
CHANGE = ToolCall("3", "put", '{"content": "x"}')


def test_new_calls_and_no_calls_are_not_barred() -> None:
    guard = LoopGuard()
    guard.note(LOOK, "failed", changed=False)
    assert not guard.bars([])
    assert not guard.bars([LIST])
    assert not guard.bars([LOOK, LIST])
    assert guard.barred == set()


def test_a_repeated_call_bars_its_tool_until_something_is_new() -> None:
    guard = LoopGuard()
    guard.note(LOOK, "failed", changed=False)
    assert guard.bars([ToolCall("9", "look", '{"a":1}')])
    assert (guard.barred, guard.finished) == ({"look"}, False)
    guard.note(LIST, "nothing", changed=False)
    assert guard.barred == set()


def test_repeats_of_several_tools_finish() -> None:
    guard = LoopGuard()
    for call in (LOOK, LIST):
        guard.note(call, "failed", changed=False)
    assert guard.bars([LOOK])
    assert guard.bars([LIST])
    assert not guard.finished
    assert guard.bars([LOOK])
    assert guard.finished


def test_a_change_frees_everything_but_itself() -> None:
    guard = LoopGuard()
    guard.note(LOOK, "failed", changed=False)
    guard.bars([LOOK])
    guard.note(CHANGE, "Wrote it.", changed=True)
    assert (guard.barred, guard.finished) == (set(), False)
    assert not guard.bars([LOOK])
    assert guard.bars([CHANGE])
    assert guard.finished
    guard.free()
    assert (guard.barred, guard.finished) == (set(), False)
