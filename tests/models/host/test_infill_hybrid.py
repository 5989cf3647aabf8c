"""Completions of a model with a running state: what was read is taken up again at checkpoints, and
a conversation beside them is not read again."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from inhouse_models.chat import Finish, Message, Request
from inhouse_models.completion import Completion, CompletionRequest, StopRule
from inhouse_models.host.control import stop_engines
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model
DOUBLE = "def double(number):\n    return number * 2\n\n\n"
BEFORE = f"{DOUBLE * 4}def add(first, second):\n    "


def asking(prefix: str, editor: str = "one") -> CompletionRequest:
    """A request at the end of this text."""
    anything = StopRule("any")
    return CompletionRequest(
        prefix,
        "\n\nprint(add(1, 2))\n",
        "sum.py",
        max_tokens=4,
        stop=anything,
        editor=editor,
    )


async def completed(client: LocalClient, request: CompletionRequest) -> Completion:
    found = await client.complete(request)
    assert isinstance(found, Completion), found
    return found


async def answered(client: LocalClient, *messages: Message) -> Finish:
    async for part in client.stream(Request(messages, max_tokens=8)):
        if isinstance(part, Finish):
            assert part.error is None, part.error
            return part
    raise AssertionError("the answer has no end")


def test_keys_read_little_and_say_the_same_as_cold(
    tiny_model: Callable[[Literal["qwen35"]], Path],
) -> None:
    async def run() -> None:
        client = LocalClient(
            LocalModel(tiny_model("qwen35")), HostOptions(context=2048, states_disk=0)
        )
        try:
            asked = Message("user", "Name three rivers. " * 20)
            first = await answered(client, asked)
            cold = await completed(client, asking(BEFORE))
            assert cold.cached == 0 and cold.read > 60
            warm = [await completed(client, asking(f"{BEFORE}x{'y' * n} = ")) for n in range(1, 6)]
            # Back to the end of the suffix, where a checkpoint is; not to the beginning.
            assert all(one.read < 12 and one.cached > 60 for one in warm), warm
            again = await answered(client, asked)
            assert again.usage.cached_input_tokens >= first.usage.input_tokens - 1
            assert again.ids == first.ids
        finally:
            await client.close()
            await stop_engines()
        fresh = LocalClient(
            LocalModel(tiny_model("qwen35")), HostOptions(context=2048, states_disk=0)
        )
        try:
            last = await completed(fresh, asking(f"{BEFORE}xyyyyy = "))
            assert last.text == warm[-1].text
        finally:
            await fresh.close()
            await stop_engines()

    asyncio.run(run())
