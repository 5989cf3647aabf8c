"""Images and adapters on their way through the host, with tiny models."""

import asyncio
import base64
import os
import signal
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.models.engine.images import as_url, make_png
from tiny_adapter import write_tiny_adapter
from tiny_models import Kind, write_tiny_model
from tiny_projector import write_tiny_projector

from inhouse_models.adapter import Adapter
from inhouse_models.chat import Finish, Message, ModelError, Request
from inhouse_models.host.control import engine_status
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model
QUESTION = "What does it show, and what stands beside it? " * 4


@pytest.fixture(scope="module", params=["qwen2", "qwen35"])
def model(
    request: pytest.FixtureRequest, small_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    kind: Kind = request.param
    path = tmp_path_factory.mktemp("tiny") / f"tiny-{kind}.gguf"
    write_tiny_model(kind, small_model, path)
    return path


@pytest.fixture
def projector(tmp_path: Path) -> Path:
    path = tmp_path / "mmproj.gguf"
    write_tiny_projector(path)
    return path


@asynccontextmanager
async def connected(model: Path, **options: Any) -> AsyncGenerator[LocalClient]:
    """A client whose host ends with the test."""
    client = LocalClient(LocalModel(model), HostOptions(context=2048, **options))
    try:
        yield client
    finally:
        await client.close()
        for status in await engine_status():
            os.kill(status.pid, signal.SIGKILL)


def seen(text: str, *images: str) -> Message:
    return Message("user", text, images=images)


async def answer(client: LocalClient, messages: Iterable[Message]) -> Finish:
    request = Request(tuple(messages), max_tokens=6)
    parts = [part async for part in client.stream(request)]
    last = parts[-1]
    assert isinstance(last, Finish)
    return last


def test_a_conversation_about_images(model: Path, projector: Path) -> None:
    one, two = as_url(make_png(96, 64, 1)), as_url(make_png(64, 64, 2))
    bare = base64.b64encode(make_png(96, 64, 1)).decode()

    async def check() -> None:
        async with connected(model, projector=projector) as client:
            first = await answer(client, [seen(QUESTION, one)])
            assert first.error is None
            assert await client.count(Request((seen(QUESTION, one),))) == first.usage.input_tokens
            again = await answer(client, [seen(QUESTION, bare)])
            assert again.usage.cached_input_tokens == again.usage.input_tokens
            assert again.ids == first.ids
            other = await answer(client, [seen(QUESTION, two)])
            assert other.ids != first.ids
            more = [seen(QUESTION, one), first.message, seen("And this?", two)]
            gone_on = await answer(client, more)
            # Ids known from before, or read again from the text: the prompt is the same.
            known = first.usage.input_tokens + len(first.ids) - 1
            assert gone_on.usage.cached_input_tokens >= known
            forgotten = [more[0], replace(first.message, tokens=()), more[2]]
            assert (await answer(client, forgotten)).error is None

    asyncio.run(check())


def test_what_cannot_be_shown_is_said_in_a_sentence(model: Path, projector: Path) -> None:
    whole = make_png(96, 64, 1)
    wide = whole[:16] + (100_000).to_bytes(4) * 2 + whole[24:]
    bad = {
        as_url(whole[:70]): "damaged",
        as_url(b"no image at all"): "damaged",
        as_url(wide): "too large",
        "data:image/png;base64,???": "base64",
        "data:image/png,abc": "base64",
        "https://example.org/a.png": "not fetched",
    }

    async def check() -> None:
        async with connected(model, projector=projector) as client:
            for image, reason in bad.items():
                ended = await answer(client, [seen("Look.", image)])
                assert ended.error is not None
                assert ended.error.kind == "request"
                assert reason in ended.error.text
                assert "\n" not in ended.error.text
            assert (await answer(client, [Message("user", "Still there?")])).error is None

    asyncio.run(check())


def test_a_model_that_only_reads_text_says_how_it_could_see(model: Path) -> None:
    async def check() -> None:
        async with connected(model) as client:
            ended = await answer(client, [seen("Look.", as_url(make_png(8, 8, 1)))])
            assert ended.error is not None
            assert "reads text only" in ended.error.text
            assert "inhouse models pull NAME --projector" in ended.error.text

    asyncio.run(check())


def test_another_set_of_adapters_starts_another_host(
    small_model: Path, model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "adapter.gguf"
    write_tiny_adapter("qwen2" if "qwen2" in model.name else "qwen35", path)
    # A host keeps cells of 16 bits: the first tokens of an answer are no tie here.
    words = [Message("user", "Say something that hangs on all these words. " * 12)]

    async def ids(*lora: Adapter) -> tuple[int, ...]:
        client = LocalClient(LocalModel(model), HostOptions(context=2048, lora=lora))
        ended = await answer(client, words)
        await client.close()
        assert ended.error is None
        return ended.ids

    async def check() -> None:
        async with connected(model) as client:
            plain = await answer(client, words)
            assert await ids(Adapter(path)) != plain.ids
            assert await ids() == plain.ids
            bad = LocalClient(LocalModel(model), HostOptions(lora=(Adapter(small_model),)))
            refused = await bad.info()
            await bad.close()
            assert isinstance(refused, ModelError)
            assert refused.kind == "load"

    asyncio.run(check())
