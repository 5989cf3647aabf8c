"""An answer that is ended from outside keeps what it has, and nothing of it is read again."""

import asyncio
from pathlib import Path

import pytest

from inhouse_models.chat import Finish, Message, Request, Text
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("shared_hosts")]
ASKED = Message("user", "Count from one to two hundred in words, one a line.")
SESSION = "counting"
LIMIT = 400


async def interrupted_and_asked_again(model: Path) -> tuple[Finish, Finish]:
    client = LocalClient(LocalModel(model), HostOptions(context=1024))
    try:
        first = await _answer(client, Request((ASKED,), session=SESSION, max_tokens=LIMIT), after=5)
        history = (ASKED, first.message, Message("user", "Now say stop."))
        return first, await _answer(client, Request(history, session=SESSION, max_tokens=3))
    finally:
        await client.close()


async def _answer(client: LocalClient, request: Request, after: int = -1) -> Finish:
    """The end of an answer, interrupted behind so many pieces of text."""
    pieces = 0
    async for part in client.stream(request):
        if isinstance(part, Finish):
            return part
        pieces += isinstance(part, Text)
        if pieces == after:
            await client.interrupt(SESSION)
            pieces += 1
    raise AssertionError("the answer has no end")


def test_an_interrupted_answer_is_kept_and_gone_on_from(small_model: Path) -> None:
    first, second = asyncio.run(interrupted_and_asked_again(small_model))
    assert first.reason == "cancelled"
    assert first.message.text.strip()
    # How many were written before it was heard depends on what else the machine does.
    assert 0 < len(first.ids) < LIMIT
    assert first.message.tokens[-len(first.ids) :] == first.ids
    # The last id was written and not decoded; all before it is known.
    known = len(first.message.tokens)
    assert second.usage.cached_input_tokens >= known - 1
    assert second.error is None


def test_an_unknown_session_interrupts_nothing(small_model: Path) -> None:
    async def ask() -> Finish:
        client = LocalClient(LocalModel(small_model), HostOptions(context=1024))
        try:
            await client.info()
            await client.interrupt("another")
            return await _answer(client, Request((ASKED,), session=SESSION, max_tokens=4))
        finally:
            await client.close()

    assert asyncio.run(ask()).reason == "length"
