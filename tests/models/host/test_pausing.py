"""A paused host over its socket: memory goes back, states stay, whoever waits is told in words."""

import asyncio
import os
import resource
import shutil
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse_models.chat import Finish, Message, Notice, Part, Request, Text
from inhouse_models.host.control import (
    EngineStatus,
    engine_status,
    pause_engines,
    resume_engines,
    stop_engines,
)
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model
SECONDS = 120
MIB = 1024**2
OPTIONS = HostOptions(context=2048, threads=2, drafting="off")
SYSTEM = Message("system", "You answer in a word. " * 12)


def run_shared(model: Path, check: Callable[[LocalClient], Awaitable[None]]) -> None:
    """With a host that stays for the next test: see `shared_hosts`."""

    async def main() -> None:
        # Drafts, which the clock decides on, change the last bits: an answer of 1800 tokens comes
        # near a tie somewhere.
        options = HostOptions(context=2048, threads=1, drafting="off")
        client = LocalClient(LocalModel(model), options)
        try:
            async with asyncio.timeout(SECONDS):
                await check(client)
        finally:
            await client.close()

    asyncio.run(main())


@asynccontextmanager
async def connected(model: Path, options: HostOptions) -> AsyncGenerator[LocalClient]:
    """A client; all hosts end with the block, and save nothing more."""
    client = LocalClient(LocalModel(model), options)
    try:
        async with asyncio.timeout(SECONDS):
            yield client
    finally:
        await client.close()
        for status in await engine_status():
            os.kill(status.pid, signal.SIGKILL)


def run(
    model: Path,
    check: Callable[[LocalClient], Awaitable[None]],
    options: HostOptions = OPTIONS,
) -> None:
    async def main() -> None:
        async with connected(model, options) as client:
            await check(client)

    asyncio.run(main())


async def ask(client: LocalClient, *messages: Message, limit: int = 4) -> list[Part]:
    return [part async for part in client.stream(Request(messages, max_tokens=limit))]


def end_of(parts: list[Part]) -> Finish:
    last = parts[-1]
    assert isinstance(last, Finish)
    return last


async def status_when(wanted: Callable[[EngineStatus], bool]) -> EngineStatus:
    """What the only host says of itself once it is so."""
    async for found in changes():
        if found and wanted(found[0]):
            return found[0]
    raise AssertionError


def test_the_memory_of_the_real_model_goes_back_and_no_token_is_read_twice(
    small_model: Path,
) -> None:
    async def check(client: LocalClient) -> None:
        question = Message("user", "Name a river.")
        first = end_of(await ask(client, SYSTEM, question))
        assert first.error is None
        (before,) = await engine_status()
        (paused,) = await pause_engines()
        assert paused.fault == ""
        (status,) = await engine_status()
        assert status.state == "paused"
        assert (status.held_tokens, status.saved_tokens) == (0, before.held_tokens)
        freed = before.resident_bytes - status.resident_bytes
        # The file has 398 MiB; its numbers stand twice in memory where they are rearranged.
        assert freed > 300 * MIB
        assert paused.answer["freed_bytes"] == pytest.approx(freed, abs=50 * MIB)

        another = Message("user", "Another one.")
        waiting = asyncio.create_task(ask(client, SYSTEM, question, first.message, another))
        await status_when(lambda one: one.waiting == 1)
        (resumed,) = await resume_engines()
        assert resumed.answer["resumed"] is True
        parts = await waiting
        notices = [part.text for part in parts if isinstance(part, Notice)]
        ways = "inhouse engine resume, or /engine resume"
        assert notices == [f"The engine is paused. To go on: {ways}"]
        second = end_of(parts)
        assert second.usage.cached_input_tokens == before.held_tokens
        assert before.held_tokens >= len(first.message.tokens) - 1
        await check_without_memory(
            client, (SYSTEM, question, first.message, another, second.message, question)
        )

    run(small_model, check)


async def check_without_memory(client: LocalClient, messages: tuple[Message, ...]) -> None:
    """What cannot be loaded again says so, and the next prompt tries it again."""
    held = (await engine_status())[0].held_tokens
    await pause_engines()
    pid = (await engine_status())[0].pid
    limits = resource.prlimit(pid, resource.RLIMIT_AS)
    # Enough for all but the numbers of the model.
    resource.prlimit(pid, resource.RLIMIT_AS, (address_space(pid) + 100 * MIB, limits[1]))
    (resumed,) = await resume_engines()
    assert "There is not enough memory" in resumed.fault
    error = end_of(await ask(client, *messages)).error
    assert error is not None
    assert error.text == resumed.fault
    resource.prlimit(pid, resource.RLIMIT_AS, limits)
    assert end_of(await ask(client, *messages)).usage.cached_input_tokens == held


def address_space(pid: int) -> int:
    """Bytes that a process has reserved."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


@pytest.fixture
def model(tiny_qwen2: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copy(tiny_qwen2, tmp_path / "copy.gguf"))


@pytest.mark.usefixtures("shared_hosts")
def test_a_pause_during_an_answer_is_said_and_changes_no_word(tiny_qwen2: Path) -> None:
    question = Message("user", "Name a river.")

    async def check(client: LocalClient) -> None:
        # Long enough that the pause comes before its end.
        whole = end_of(await ask(client, question, limit=1800))
        parts: list[Part] = []
        request = Request((question,), max_tokens=1800)
        paused: asyncio.Task[object] | None = None
        async for part in client.stream(request):
            parts.append(part)
            if isinstance(part, Text) and paused is None:
                paused = asyncio.create_task(pause_engines())
            if isinstance(part, Notice):
                assert paused is not None
                await paused
                await resume_engines()
        assert any(isinstance(part, Notice) for part in parts)
        assert end_of(parts).message == whole.message

    run_shared(tiny_qwen2, check)


@pytest.mark.usefixtures("shared_hosts")
def test_a_pause_ends_by_itself_and_twice_is_the_later_one(tiny_qwen2: Path) -> None:
    async def check(client: LocalClient) -> None:
        await client.info()
        await pause_engines(3600)
        await pause_engines(1)
        status = await status_when(lambda one: one.state == "unloaded")
        assert status.held == ""
        parts = await ask(client, Message("user", "Hello"))
        assert end_of(parts).error is None
        assert not [part for part in parts if isinstance(part, Notice)]

    run_shared(tiny_qwen2, check)


def test_a_pause_outlasts_idleness_and_an_unload_does_not_hold_anybody(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        first = end_of(await ask(client, SYSTEM, Message("user", "Hello")))
        status = await status_when(lambda one: one.state == "unloaded")
        held = status.saved_tokens
        assert status.held == ""
        # The last id was written, but nothing was read behind it.
        assert held >= len(first.message.tokens) - 1
        history = (SYSTEM, Message("user", "Hello"), first.message, Message("user", "Again"))
        assert end_of(await ask(client, *history)).usage.cached_input_tokens == held
        (paused,) = await pause_engines()
        assert paused.fault == ""
        await status_when(lambda one: one.idle_seconds > 7)

    # As long as another test may keep this one from asking.
    run(model, check, replace(OPTIONS, idle_seconds=6.0, unload_seconds=0.2))


def test_pausing_nothing_and_a_pause_while_it_loads_and_stopping(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        assert await pause_engines() == await resume_engines() == []
        loading = asyncio.create_task(client.info())
        await until_it_answers()
        (paused,) = await pause_engines()
        assert paused.fault == ""
        assert (await engine_status())[0].state == "paused"
        await loading
        (resumed,) = await resume_engines()
        (again,) = await resume_engines()
        assert (resumed.answer["resumed"], again.answer["resumed"]) == (True, False)
        await pause_engines()
        waiting = asyncio.create_task(ask(client, Message("user", "Hello")))
        await status_when(lambda one: one.waiting == 1)
        assert await stop_engines() == 1
        error = end_of(await waiting).error
        assert error is not None
        assert "stopped while it was paused" in error.text

    run(model, check)


async def until_it_answers() -> None:
    """Wait for the first host."""
    async for found in changes():
        if found:
            return


async def changes() -> AsyncGenerator[list[EngineStatus]]:
    """What all hosts say, again and again."""
    while True:
        yield await engine_status()
        # Without a host nothing was waited for, and others want to go on.
        await asyncio.sleep(0)


def test_a_killed_host_has_lost_its_pause_and_no_token(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        first = end_of(await ask(client, SYSTEM, Message("user", "Hello")))
        held = (await engine_status())[0].held_tokens
        await pause_engines()
        os.kill((await engine_status())[0].pid, signal.SIGKILL)
        history = (SYSTEM, Message("user", "Hello"), first.message, Message("user", "Again"))
        assert end_of(await ask(client, *history)).usage.cached_input_tokens == held

    run(model, check)


def test_a_model_file_that_is_another_one_after_the_pause(model: Path) -> None:
    hello, kept = Message("user", "Hello"), model.read_bytes()

    async def check(client: LocalClient) -> None:
        await ask(client, hello)
        await pause_engines()
        for change, word in ((model.unlink, "any more"), (spoil, "changed")):
            change()
            (resumed,) = await resume_engines()
            assert word in resumed.fault
            # It is tried again with every prompt.
            error = end_of(await ask(client, hello)).error
            assert error is not None
            assert error.text == resumed.fault
        restore()
        assert end_of(await ask(client, hello)).error is None

    def spoil() -> None:
        model.write_bytes(kept[:-4096] + bytes(4096))

    def restore() -> None:
        model.write_bytes(kept)

    run(model, check)


def test_states_that_fit_nowhere_are_lost_only_when_that_is_wanted(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        await ask(client, SYSTEM, Message("user", "Hello"))
        held = (await engine_status())[0].held_tokens
        (refused,) = await pause_engines()
        assert f"the states of {held} tokens" in refused.fault
        assert (await engine_status())[0].state == "ready"
        (paused,) = await pause_engines(losing=True)
        assert paused.answer["lost_tokens"] == held
        await resume_engines()
        assert end_of(await ask(client, SYSTEM, Message("user", "Hello"))).error is None

    run(model, check, replace(OPTIONS, states_disk=0, states_memory=1))


@pytest.mark.usefixtures("shared_hosts")
def test_no_other_model_is_loaded_while_one_is_paused(tiny_qwen2: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(tiny_qwen2, tmp_path / "other.gguf"))

    async def check(client: LocalClient) -> None:
        await client.info()
        await pause_engines()
        for options in (HostOptions(context=2048), HostOptions(context=1024)):
            path = other if options.context == 2048 else tiny_qwen2
            another = LocalClient(LocalModel(path), options)
            error = end_of(await ask(another, Message("user", "Hello"))).error
            await another.close()
            assert error is not None
            assert "inhouse engine resume" in error.text
        assert (await engine_status())[0].state == "paused"
        await resume_engines()

    run_shared(tiny_qwen2, check)
