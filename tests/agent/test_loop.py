"""The turn with scripted models: what is appended, emitted, counted and how it ends."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from tests.agent.kits import Bench, requests, run, scripted

from inhouse_agent.calls import MAX_CALLS, MAX_READS_AT_ONCE
from inhouse_agent.events import (
    FileChanged,
    MessageAdded,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolProgress,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_agent.history import CANCELLED, open_calls
from inhouse_agent.limits import Limits
from inhouse_models.chat import Message, ModelError, ToolCall
from inhouse_models.scripted import Answer, FailingModel, SlowModel, call, fail, say

LOST = ModelError("engine_lost", "The engine stopped. Start it again.")


def roles(history: Sequence[Message]) -> list[str]:
    return [message.role for message in history]


def test_reads_writes_and_answers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    bench = scripted(
        tmp_path,
        call("look", text="Let me see.\n", file_path="a.txt"),
        call("put", file_path="a.txt", content="new"),
        say("Changed a.txt.", thinking="done?"),
    )
    ended = run(bench)
    assert ended.ending == "success"
    assert ended.text == "Changed a.txt."
    assert ended.answers == 3
    assert ended.files_changed == ("a.txt",)
    assert (tmp_path / "a.txt").read_text() == "new"
    assert roles(bench.history) == [
        *("system", "user", "assistant", "tool", "assistant", "tool", "assistant")
    ]
    assert bench.answers() == ["old", "Wrote a.txt."]
    assert [event.message for event in bench.of(MessageAdded)] == bench.history


def test_events_come_in_order(tmp_path: Path) -> None:
    bench = scripted(tmp_path, call("shout", command="hello"), say("Said.", thinking="hm"))
    run(bench)
    assert [type(event) for event in bench.events] == [
        *(TurnStarted, MessageAdded, MessageAdded),
        *(PrefillProgress, UsageReported, MessageAdded),
        *(ToolStarted, ToolProgress, ToolEnded, MessageAdded),
        *(PrefillProgress, ThinkingArrived, TextArrived, UsageReported, MessageAdded, TurnEnded),
    ]
    (started,) = bench.of(ToolStarted)
    assert started.title == "shout hello"
    assert bench.of(TurnStarted) == [TurnStarted("Do it.", "yolo", "scripted")]


def test_costs_add_up(tmp_path: Path) -> None:
    bench = scripted(tmp_path, call("shout", command="a"), say("b"))
    ended = run(bench)
    reports = bench.of(UsageReported)
    assert ended.usage == reports[0].usage + reports[1].usage
    assert ended.timings.read_seconds == 1.0


def test_every_request_begins_with_the_one_before(tmp_path: Path) -> None:
    bench = scripted(tmp_path, call("shout", command="a"), say("b"), say("c"))
    run(bench)
    run(bench, "And now?")
    seen = [request.messages for request in requests(bench)]
    for shorter, longer in pairwise(seen):
        assert longer[: len(shorter)] == shorter
    assert seen[2][-1] == Message("user", "And now?")


def test_changed_files_are_reported_with_their_hashes(tmp_path: Path) -> None:
    bench = scripted(
        tmp_path,
        call("put", file_path="a.txt", content="x"),
        call("put", file_path="a.txt", content="x"),
        say("done"),
    )
    run(bench)
    (change,) = bench.of(FileChanged)
    assert (change.path, change.before, len(change.after)) == ("a.txt", "", 64)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('{"file_path": ', "not valid JSON"),
        ("[1]", "not a JSON object"),
        ('{"file_path": "a", "file_path": "b"}', "file_path is given twice"),
        ('{"limit": "many"}', "file_path: Field required; limit: Input should be a valid integer"),
        ("[" * 100_000, "nested too deeply"),
        ('{"file_path": "' + "x" * 10_000_000 + '"}', "smaller steps"),
        ('{"limit": ' + "9" * 5_000 + "}", "not valid JSON"),
    ],
)
def test_bad_arguments_are_told(tmp_path: Path, arguments: str, expected: str) -> None:
    bad = Answer(calls=(ToolCall("", "look", arguments),))
    bench = scripted(tmp_path, bad, say("Sorry."))
    assert run(bench).ending == "success"
    (answer,) = bench.answers()
    assert expected in answer
    assert len(answer) < 600
    assert bench.of(ToolEnded)[0].failed


def test_signature_is_shown_with_a_type_error(tmp_path: Path) -> None:
    bench = scripted(tmp_path, call("look", file="a"), say("Sorry."))
    run(bench)
    assert "Call it as look(file_path: string, limit?: integer)." in bench.answers()[0]


def test_unknown_tools_are_told(tmp_path: Path) -> None:
    bench = scripted(tmp_path, call("delete" * 50, path="/"), say("Sorry."))
    run(bench)
    assert bench.answers()[0].endswith("The tools are: look, put, shout.")
    assert len(bench.answers()[0]) < 200


def test_two_hundred_calls_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    calls = tuple(ToolCall("", "look", '{"file_path": "a.txt"}') for _ in range(200))
    bench = scripted(tmp_path, Answer(calls=calls), say("Done."))
    assert run(bench).ending == "success"
    assert len(bench.answers()) == 200
    assert bench.answers().count("text") == MAX_CALLS
    assert bench.most_running == MAX_READS_AT_ONCE
    assert not open_calls(bench.history)


def test_a_read_sees_the_write_before_it(tmp_path: Path) -> None:
    calls = (
        ToolCall("1", "put", '{"file_path": "a", "content": "one"}'),
        ToolCall("2", "look", '{"file_path": "a"}'),
        ToolCall("3", "put", '{"file_path": "a", "content": "two"}'),
        ToolCall("4", "look", '{"file_path": "a"}'),
    )
    bench = scripted(tmp_path, Answer(calls=calls), say("Done."))
    run(bench)
    assert bench.answers() == ["Wrote a.", "one", "Wrote a.", "two"]
    assert [message.answers for message in bench.history if message.answers] == [*"1234"]


def test_cancelled_while_the_model_writes(tmp_path: Path) -> None:
    model = SlowModel(say("First line.\nSecond line.\n"), pause=2)
    bench = Bench(tmp_path, model)

    async def scene() -> None:
        task = asyncio.create_task(bench.turn())
        await model.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())
    assert model.stopped
    assert bench.history[-1] == Message("assistant", "First line.\n")
    assert isinstance(bench.events[-1], TurnEnded)
    assert bench.of(TurnEnded)[0].ending == "interrupted"


def test_cancelled_while_a_tool_runs(tmp_path: Path) -> None:
    calls = (
        ToolCall("1", "shout", '{"command": "one"}'),
        ToolCall("2", "shout", '{"command": "wait"}'),
        ToolCall("3", "shout", '{"command": "three"}'),
    )
    bench = scripted(tmp_path, Answer(calls=calls), say("Never mind."))

    async def scene() -> None:
        task = asyncio.create_task(bench.turn())
        await bench.reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await bench.turn("Go on.")

    asyncio.run(scene())
    assert bench.answers() == ["ONE", CANCELLED, CANCELLED]
    assert [ended.ending for ended in bench.of(TurnEnded)] == ["interrupted", "success"]


def test_a_timeout_is_a_limit(tmp_path: Path) -> None:
    bench = scripted(tmp_path, call("shout", command="wait"))
    bench.kit.limits = Limits(timeout=0.3)
    ended = run(bench)
    assert ended.ending == "limit"
    assert "0.3 seconds" in ended.text
    # A slow machine may not come as far as the tool.
    assert set(bench.answers()) <= {CANCELLED}
    assert not open_calls(bench.history)


def test_max_turns_counts_answers(tmp_path: Path) -> None:
    bench = scripted(tmp_path, *(call("shout", command=str(number)) for number in range(9)))
    bench.kit.limits = Limits(max_turns=3)
    ended = run(bench)
    assert (ended.ending, ended.answers) == ("limit", 3)
    assert bench.answers() == ["0", "1", "2"]


def test_engine_errors_end_the_turn(tmp_path: Path) -> None:
    answers = (call("shout", command="a"), say("One line.\nAnother."))
    bench = Bench(tmp_path, FailingModel(answers, LOST, request=2, parts=2))
    ended = run(bench)
    assert (ended.ending, ended.error, ended.text) == ("engine_error", LOST, LOST.text)
    assert bench.history[-1] == Message("assistant", "One line.\n")


def test_no_model_ends_the_turn_before_the_prompt_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FailingModel((), LOST, request=0))
    assert run(bench).ending == "engine_error"
    assert bench.history == []


def test_a_full_context_is_a_limit(tmp_path: Path) -> None:
    full = ModelError("overflow", "The context is full. Start a new session.")
    ended = run(scripted(tmp_path, fail(full)))
    assert (ended.ending, ended.text, ended.error) == ("limit", full.text, full)


def test_a_repeated_call_is_advised_and_then_stopped(tmp_path: Path) -> None:
    bench = scripted(tmp_path, after=call("shout", command="again"))
    ended = run(bench)
    assert ended.ending == "limit"
    assert "same call" in ended.text
    assert bench.answers() == ["AGAIN"] * 4
    told = [message.text for message in bench.history if message.role == "user"]
    assert sum("same call 3 times" in text for text in told) == 1


def test_a_repeated_call_after_a_change_is_fine(tmp_path: Path) -> None:
    steps: list[Answer] = []
    for number in range(6):
        steps.append(call("shout", command="test"))
        steps.append(call("put", file_path="a", content=str(number)))
    bench = scripted(tmp_path, *steps, say("Done."))
    assert run(bench).ending == "success"


def test_a_cut_answer_goes_on_once(tmp_path: Path) -> None:
    cut = Answer(text="half", reason="length")
    assert run(scripted(tmp_path, cut, say("whole"))).ending == "success"
    assert run(scripted(tmp_path, cut, cut, say("never"))).ending == "limit"


def test_an_empty_answer_is_asked_again_once(tmp_path: Path) -> None:
    ended = run(scripted(tmp_path, say(""), say("Here.")))
    assert (ended.text, ended.answers) == ("Here.", 2)
    assert run(scripted(tmp_path, say(""), say(""))).answers == 2


def test_the_answer_may_say_that_it_failed(tmp_path: Path) -> None:
    assert run(scripted(tmp_path, say("FAILED: no such file"))).ending == "failed"
