"""The fakes keep the promise of every model: one Finish ends a stream, failures are values."""

import asyncio

import pytest

from inhouse_models.chat import (
    Finish,
    Message,
    ModelClient,
    ModelError,
    Part,
    Prefill,
    Request,
    Text,
    Thinking,
    ToolCall,
)
from inhouse_models.scripted import FailingModel, ScriptedModel, SlowModel, call, say

REQUEST = Request((Message("user", "Hello there."),))
LOST = ModelError("engine_lost", "Lost.")


async def parts(model: ModelClient) -> list[Part]:
    return [part async for part in model.stream(REQUEST)]


def test_an_answer_is_played_in_parts() -> None:
    model = ScriptedModel((say("One.\nTwo.\n", thinking="Hm."), call("look", path="a")))
    first, second = asyncio.run(parts(model)), asyncio.run(parts(model))
    assert isinstance(first[0], Prefill)
    assert first[1:4] == [Thinking("Hm."), Text("One.\n"), Text("Two.\n")]
    assert isinstance(first[4], Finish)
    wanted = ToolCall("call-2-1", "look", '{"path": "a"}')
    assert second[1] == wanted
    assert isinstance(second[2], Finish)
    assert (second[2].reason, second[2].message.calls) == ("calls", (wanted,))
    assert model.requests == [REQUEST, REQUEST]


def test_beyond_the_script_is_an_error_value() -> None:
    (_, finish) = asyncio.run(parts(ScriptedModel(())))
    assert isinstance(finish, Finish)
    assert finish.error is not None


@pytest.mark.parametrize("told", [0, 1, 2, 3])
def test_failing_in_the_middle(told: int) -> None:
    model = FailingModel((say("a\nb\nc\n"),), LOST, request=2, parts=told)
    whole, broken = asyncio.run(parts(model)), asyncio.run(parts(model))
    assert broken[:-1] == whole[:told]
    assert isinstance(broken[-1], Finish)
    assert broken[-1].error == LOST


def test_slow_waits_until_told() -> None:
    async def scene() -> list[Part]:
        model = SlowModel(say("a\nb\n"))
        task = asyncio.create_task(parts(model))
        await model.waiting.wait()
        assert not task.done()
        model.go.set()
        return await task

    assert isinstance(asyncio.run(scene())[-1], Finish)
