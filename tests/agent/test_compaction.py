"""Compaction in whole turns: a conversation outgrows its context and goes on."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.kits import Bench, requests, run
from tests.agent.small_context import SmallContext, is_paired, is_summary, tokens_of

from inhouse_agent.compaction import NotCompacted, compact_history
from inhouse_agent.compaction_text import BEGUN, PLAN, PROMPTS, STEPS, SUMMARY
from inhouse_agent.events import (
    Compacted,
    Noticed,
    PlanChanged,
    TextArrived,
    ToolEnded,
    UsageReported,
)
from inhouse_agent.history import fold
from inhouse_agent.memory import memory_of
from inhouse_models.chat import Message, ModelError, Usage
from inhouse_models.scripted import Answer, FailingModel, ScriptedModel, call, fail, say

CONTEXT = 2_000
LOST = ModelError("engine", "The engine failed.")


def work(root: Path, steps: int, characters: int = 400) -> Iterator[Answer]:
    """Calls that each read another file, and a final answer."""
    for number in range(steps):
        (root / f"{number}.txt").write_text(f"{number} " * (characters // 3), "utf-8")
        yield call("look", text=f"Reading {number}.\n", file_path=f"{number}.txt")
    yield say("Read them all.")


def bench_with(root: Path, model: SmallContext) -> Bench:
    return Bench(root, model)


def text_of(bench: Bench) -> str:
    """The message that stands in the place of what was taken out."""
    (message,) = [one for one in bench.history if one.text.startswith(BEGUN)]
    return message.text


def test_a_session_of_three_contexts_goes_on(tmp_path: Path) -> None:
    answers = [answer for _ in range(6) for answer in work(tmp_path, 14)]
    model = SmallContext(answers, CONTEXT)
    bench = bench_with(tmp_path, model)
    for turn in range(6):
        ended = run(bench, f"Prompt number {turn}.")
        assert (ended.ending, ended.text) == ("success", "Read them all.")
    assert sum(len(event.text) for event in bench.of(ToolEnded)) // 4 > 3 * CONTEXT
    assert model.refused == 0
    assert len(bench.of(Compacted)) >= 3
    for request in model.requests:
        assert request.max_tokens is not None
        assert tokens_of(request) + request.max_tokens <= CONTEXT
        assert is_paired(request.messages)


def test_the_beginning_never_changes(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 40), CONTEXT)
    bench = bench_with(tmp_path, model)
    run(bench)
    first = model.requests[0]
    assert len(model.requests) > 40
    for request in model.requests:
        assert request.messages[:2] == first.messages[:2]
        assert (request.tools, request.call_form) == (first.tools, first.call_form)
    assert {event.kept for event in bench.of(Compacted)} == {2}


def test_a_summary_is_asked_behind_what_was_read(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 40), CONTEXT)
    run(bench_with(tmp_path, model))
    places = [place for place, one in enumerate(model.requests) if is_summary(one)]
    assert places
    for place in places:
        before, asking = model.requests[place - 1], model.requests[place]
        assert asking.messages[: len(before.messages)] == before.messages
        assert asking.messages[-1].role == "user"
        assert asking.max_tokens is not None
        assert asking.schema is None
        assert not asking.held


def test_a_resumed_session_has_the_compacted_history(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, SmallContext(work(tmp_path, 40), CONTEXT))
    run(bench, "First.")
    run(bench, "Second.")
    assert fold(bench.events) == bench.history
    assert memory_of(bench.events) == bench.kit.memory
    assert bench.kit.memory.prompts == ["First.", "Second."]


def test_sizes_are_those_of_the_requests(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 14), CONTEXT)
    bench = bench_with(tmp_path, model)
    run(bench)
    event = bench.of(Compacted)[0]
    place = next(place for place, one in enumerate(model.requests) if is_summary(one))
    assert event.after == tokens_of(model.requests[place + 1])
    assert event.after < event.before < CONTEXT


def test_the_summary_costs_but_is_not_shown(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 14), CONTEXT, summary=say("A secret."))
    bench = bench_with(tmp_path, model)
    ended = run(bench)
    assert not any("secret" in event.text for event in bench.of(TextArrived))
    assert "A secret." in text_of(bench)
    assert ended.usage == sum((one.usage for one in bench.of(UsageReported)), Usage())
    assert len(bench.of(UsageReported)) == len(model.requests)
    assert ended.answers == len(model.requests) - len(model.summaries())


def test_one_result_larger_than_the_context(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_text("line\n" * 2_400)
    model = SmallContext([call("look", file_path="large.txt"), say("Done.")], CONTEXT)
    bench = bench_with(tmp_path, model)
    assert run(bench).ending == "success"
    assert model.refused == 0
    assert is_paired(bench.history)
    assert "characters left out]" in bench.answers()[0]


def test_an_answer_larger_than_its_room_is_listed(tmp_path: Path) -> None:
    answers = [call("put", file_path="large.txt", content="line\n" * 2_400), say("Done.")]
    model = SmallContext(answers, CONTEXT)
    bench = bench_with(tmp_path, model)
    assert run(bench).ending == "success"
    assert model.refused == 0
    assert f"{STEPS}\n- put large.txt: Wrote large.txt." in text_of(bench)
    assert fold(bench.events) == bench.history


FAILURES = {
    "empty": (say(""), "the model wrote none"),
    "cut": (Answer(text="Half of a", reason="length"), "it got too long"),
    "failed": (fail(LOST), "The engine failed"),
    "refused": (fail(ModelError("overflow", "Too long.")), "Too long"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_without_a_summary_the_steps_are_listed(tmp_path: Path, failure: str) -> None:
    answer, reason = FAILURES[failure]
    bench = bench_with(tmp_path, SmallContext(work(tmp_path, 30), CONTEXT, summary=answer))
    assert run(bench).ending == "success"
    assert "Half of a" not in text_of(bench)
    assert SUMMARY not in text_of(bench)
    assert STEPS in text_of(bench)
    assert "- look 5.txt: 5 5 5" in bench.of(Compacted)[0].messages[0].text
    notices = [event.text for event in bench.of(Noticed)]
    assert f"No summary could be written ({reason}): what was done is listed instead." in notices


def test_a_context_smaller_than_it_claims(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 30), context=1_200, claimed=50_000)
    bench = bench_with(tmp_path, model)
    assert run(bench).ending == "success"
    # Told once, it is believed for the rest of the turn.
    assert model.refused == 1
    assert bench.of(Compacted)


def test_an_overflow_that_stays_ends_the_turn(tmp_path: Path) -> None:
    full = ModelError("overflow", "The context is full.")
    reads = tuple(work(tmp_path, 8, 2_000))[:8]
    bench = Bench(tmp_path, ScriptedModel(reads, fail(full)))
    ended = run(bench)
    assert (ended.ending, ended.error) == ("limit", full)
    asked = [is_summary(request) for request in requests(bench)]
    assert asked == [False] * 9 + [True, False]
    assert fold(bench.events) == bench.history


def test_a_prompt_that_fills_the_context_ends_the_turn(tmp_path: Path) -> None:
    model = SmallContext([], CONTEXT)
    bench = bench_with(tmp_path, model)
    ended = run(bench, "word " * 3_000)
    assert (ended.ending, model.summaries()) == ("limit", [])
    assert bench.of(Compacted) == []


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 40), CONTEXT)
    bench = bench_with(tmp_path, model)
    bench.kit.options = replace(bench.kit.options, compact_at=0)
    assert run(bench).ending == "limit"
    assert model.summaries() == []
    assert all(request.max_tokens is None for request in model.requests)


def test_prompts_and_an_open_plan_stay(tmp_path: Path) -> None:
    model = SmallContext((), CONTEXT)
    bench = bench_with(tmp_path, model)
    run(bench, "The very first prompt.")
    bench.kit.remember(PlanChanged((("look around", "done"), ("write it", "doing"))))
    model.answers = iter([*work(tmp_path, 12), *work(tmp_path, 20)])
    run(bench, "Call it marmalade.")
    run(bench, "Go on to the end.")
    text = text_of(bench)
    assert f"{PROMPTS}\n- Call it marmalade.\n- Go on to the end.\n" in text
    assert "The very first prompt." not in text
    assert bench.history[1].text.endswith("The very first prompt.")
    assert f"{PLAN}\n- [done] look around\n- [doing] write it\n" in text


def test_large_prompts_that_follow_each_other(tmp_path: Path) -> None:
    """The newest stands in the history already: the one before it may be cut."""
    bench = bench_with(tmp_path, SmallContext((), CONTEXT))
    for number in range(9):
        assert run(bench, f"Prompt {number}: " + "word " * 300).ending == "success"
    assert bench.of(Compacted)
    assert bench.history[-2].text.startswith("Prompt 8: word")
    assert "Prompt 7: word" in text_of(bench)


def test_a_plan_that_is_done_is_dropped(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, SmallContext(work(tmp_path, 14), CONTEXT))
    bench.kit.remember(PlanChanged((("look around", "done"),)))
    run(bench)
    assert PLAN not in text_of(bench)


def test_a_person_may_ask_for_it(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 4), 50_000, summary=say("Short."))
    bench = bench_with(tmp_path, model)
    run(bench)
    event = asyncio.run(compact_history(bench.kit, bench.history, "the name of the café"))
    assert isinstance(event, Compacted)
    assert model.requests[-1].messages[-1].text.endswith("Mind above all: the name of the café")
    assert bench.events[-1] == event
    assert event.after < event.before
    assert fold(bench.events) == bench.history
    assert "Short." in text_of(bench)


@pytest.mark.parametrize("history", [[], [Message("system", "s"), Message("user", "hello")]])
def test_there_may_be_nothing_to_summarise(tmp_path: Path, history: list[Message]) -> None:
    bench = bench_with(tmp_path, SmallContext((), CONTEXT))
    before = list(history)
    assert isinstance(asyncio.run(compact_history(bench.kit, history)), NotCompacted)
    assert history == before
    assert bench.events == []


def test_without_a_model_nothing_changes(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FailingModel((), LOST, request=0))
    assert asyncio.run(compact_history(bench.kit, [])) == NotCompacted(LOST.text)


def test_cancelled_while_it_is_written(tmp_path: Path) -> None:
    model = SmallContext(work(tmp_path, 14), CONTEXT)
    bench = bench_with(tmp_path, model)

    async def scene() -> None:
        task = asyncio.current_task()
        assert task is not None
        stream = model.stream

        async def interrupted(request: object) -> object:
            async for part in stream(request):  # pyright: ignore[reportArgumentType] - a request
                if is_summary(request):  # pyright: ignore[reportArgumentType] - a request
                    task.cancel()
                    await asyncio.Event().wait()
                yield part

        object.__setattr__(bench.kit, "client", _Wrapped(model, interrupted))
        with pytest.raises(asyncio.CancelledError):
            await bench.turn()

    asyncio.run(scene())
    assert bench.of(Compacted) == []
    assert fold(bench.events) == bench.history


class _Wrapped:
    """A model whose stream is another."""

    def __init__(self, model: SmallContext, stream: object) -> None:
        self.info, self.count, self.close = model.info, model.count, model.close
        self.read_ahead, self.interrupt = model.read_ahead, model.interrupt
        self.stream = stream
