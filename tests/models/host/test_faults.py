"""Whatever goes wrong under a host or beside it: one clear error, no hang, nobody else harmed."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse_models.chat import (
    Finish,
    Message,
    ModelError,
    ModelInfo,
    Notice,
    Part,
    Prefill,
    Request,
    Text,
)
from inhouse_models.gguf import GgufHeader, read_header
from inhouse_models.host.control import engine_status
from inhouse_models.host.log import last_crash
from inhouse_models.host.places import log_path
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model
# Whatever fails, it says so within this time, on a busy machine too.
SECONDS = 120
# Its next tokens are far from a tie in both tiny models: batches of another shape change nothing.
QUESTION = Request((Message("user", "Name a river."),), max_tokens=40)
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
# Stands in for the Python that hosts are started with: one with a fault of ours in it.
FAULTY = """#!{python} -I
import sys
from inhouse_models.engine.scheduler import Scheduler

def step(self):
    raise RuntimeError("a fault of ours")

Scheduler.step = step
from inhouse_models.host.__main__ import main

sys.argv[1:4] = []
main()
"""


def long_question(words: int) -> Request:
    return Request((Message("user", "some words of a long text " * words),), max_tokens=4)


async def finish_of(stream: AsyncIterator[Part]) -> Finish:
    async with asyncio.timeout(SECONDS):
        parts = [part async for part in stream]
    last = parts[-1]
    assert isinstance(last, Finish)
    return last


def new_client(model: Path, template: str = "") -> LocalClient:
    options = HostOptions(context=2048, threads=1, states_disk=0, template=template)
    return LocalClient(LocalModel(model), options)


@asynccontextmanager
async def connected(model: Path, template: str = "") -> AsyncGenerator[LocalClient]:
    """A client; all hosts end with the test."""
    client = new_client(model, template)
    try:
        yield client
    finally:
        await client.close()
        for status in await engine_status():
            os.kill(status.pid, signal.SIGKILL)


def run(model: Path, check: Callable[[LocalClient], Awaitable[None]], template: str = "") -> None:
    async def main() -> None:
        async with connected(model, template) as client:
            await check(client)

    asyncio.run(main())


@pytest.fixture
def model(tiny_model: Callable[[str], Path], tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copy(tiny_model("qwen2"), tmp_path / "copy.gguf"))


def test_a_file_that_was_cut_short_is_refused(model: Path) -> None:
    os.truncate(model, model.stat().st_size // 2)

    async def check(client: LocalClient) -> None:
        for _ in range(2):
            finish = await finish_of(client.stream(QUESTION))
            assert finish.error is not None
            assert finish.error.kind == "load"
            assert str(model) in finish.error.text
            assert "cut short" in finish.error.text

    run(model, check)


def test_a_file_that_is_cut_short_while_in_use_is_one_clear_error(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        assert (await finish_of(client.stream(QUESTION))).error is None
        (before,) = await engine_status()
        os.truncate(model, 1_000_000)
        async with asyncio.timeout(SECONDS):
            parts = [part async for part in client.stream(long_question(20))]
        notices = [part for part in parts if isinstance(part, Notice)]
        assert len(notices) == 1, "it is started again once"
        assert "stopped unexpectedly" in notices[0].text
        last = parts[-1]
        assert isinstance(last, Finish)
        assert last.error is not None
        assert last.error.kind == "load"
        assert str(model) in last.error.text
        assert before.pid not in [status.pid for status in await engine_status()]

    run(model, check)


def test_a_crash_is_called_one_and_the_log_says_where(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        crashed: list[int] = []
        last: Part | None = None
        async with asyncio.timeout(SECONDS):
            async for part in client.stream(replace(QUESTION, max_tokens=1500)):
                last = part
                pids = [status.pid for status in await engine_status()]
                if not isinstance(part, Finish) and pids and pids[0] not in crashed:
                    crashed.append(pids[0])
                    os.kill(pids[0], signal.SIGSEGV)
        assert len(crashed) == 2
        assert isinstance(last, Finish)
        assert last.error is not None
        assert "llama.cpp crashed (segmentation fault)" in last.error.text
        assert "inhouse doctor" in last.error.text
        assert "most recent call first" in log_path().read_text()

    run(model, check)


def test_an_old_crash_is_not_the_cause_of_today(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    assert last_crash(log) == ""
    log.write_text("T loading a\nFatal Python error: Aborted\n\nThread 0x1:\n")
    assert last_crash(log) == "Aborted"
    log.write_text(log.read_text() + "T loading a\nT stopped\n")
    assert last_crash(log) == ""


def test_a_file_that_is_whole_again_is_used(model: Path, tiny_model: Callable[[str], Path]) -> None:
    os.truncate(model, model.stat().st_size // 2)

    async def check(client: LocalClient) -> None:
        assert isinstance(await client.info(), ModelError)
        await client.close()
        shutil.copy(tiny_model("qwen2"), model)
        assert (await finish_of(client.stream(QUESTION))).error is None

    run(model, check)


def set_template(model: Path, template: str) -> None:
    """Put another template in the place of a model's own, with a comment to fill the room."""
    header = read_header(model)
    assert isinstance(header, GgufHeader)
    own = header.chat_template.encode()
    filling = len(own) - len(template.encode())
    data = model.read_bytes()
    place = data.index(own)
    new = template.encode() + b"{#" + b" " * (filling - 4) + b"#}"
    with model.open("r+b") as file:
        file.seek(place)
        file.write(new)


def test_a_template_without_end_is_stopped_and_can_be_done_without(model: Path) -> None:
    set_template(model, ENDLESS)

    async def check(client: LocalClient) -> None:
        finish = await finish_of(client.stream(QUESTION))
        assert finish.error is not None
        assert finish.error.kind == "template"
        assert "inhouse config set template chatml" in finish.error.text
        assert isinstance(await client.count(QUESTION), ModelError)
        # As it says.
        other = new_client(model, "chatml")
        answer = await finish_of(other.stream(QUESTION))
        await other.close()
        assert answer.error is None
        assert answer.message.text

    run(model, check)


def test_a_prompt_that_is_too_long_harms_nobody_else(model: Path) -> None:
    async def check(client: LocalClient) -> None:
        alone = await finish_of(client.stream(QUESTION))
        other = new_client(model)
        asked = asyncio.create_task(finish_of(other.stream(QUESTION)))
        for _ in range(3):
            refused = await finish_of(client.stream(long_question(500)))
            assert refused.error is not None
            assert refused.error.kind == "overflow"
            assert "2048" in refused.error.text
        assert (await asked).message.text == alone.message.text
        await other.close()

    run(model, check)


async def hang_up_at(client: LocalClient, request: Request, kind: type[Part]) -> None:
    """Ask and go away when a part of this kind arrives for the second time."""
    count = 0
    async with asyncio.timeout(SECONDS):
        async for part in client.stream(request):
            count += isinstance(part, kind)
            if count == 2:
                return
    raise AssertionError("it came to its end")


@pytest.mark.parametrize("kind", ["qwen2", "qwen35"])
def test_who_hangs_up_harms_nobody_else(tiny_model: Callable[[str], Path], kind: str) -> None:
    model = tiny_model(kind)
    long = Request((Message("user", "Write a very long story."),), max_tokens=1900)

    async def check(client: LocalClient) -> None:
        alone = await finish_of(client.stream(QUESTION))
        assert alone.error is None
        for request, part in ((long_question(200), Prefill), (long, Text)):
            other = new_client(model)
            gone = asyncio.create_task(hang_up_at(other, request, part))
            while not gone.done():
                answer = await finish_of(client.stream(QUESTION))
                assert answer.message == alone.message
            await gone
            await other.close()
        # Nobody is left in the queue, once the host has heard of it.
        async with asyncio.timeout(SECONDS):
            (status,) = await engine_status()
            while status.busy or status.waiting:
                (status,) = await engine_status()

    run(model, check)


def test_a_fault_of_ours_ends_the_host_and_the_wait(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = tmp_path / "python"
    faulty.write_text(FAULTY.format(python=sys.executable))
    faulty.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(faulty))

    async def check(client: LocalClient) -> None:
        async with asyncio.timeout(SECONDS):
            parts = [part async for part in client.stream(QUESTION)]
        assert sum(isinstance(part, Notice) for part in parts) == 1
        last = parts[-1]
        assert isinstance(last, Finish)
        assert last.error is not None
        assert last.error.kind == "engine_lost"
        assert str(log_path()) in last.error.text
        assert log_path().read_text().count("RuntimeError: a fault of ours") == 2

    run(model, check)


def test_hosts_of_two_models_work_at_once(model: Path, tiny_model: Callable[[str], Path]) -> None:
    other_model = tiny_model("qwen35")
    long = Request((Message("user", "Write a very long story."),), max_tokens=1900)

    async def check(client: LocalClient) -> None:
        alone = await finish_of(client.stream(QUESTION))
        begun = asyncio.Event()

        async def write() -> Finish:
            last: Part | None = None
            async for part in client.stream(long):
                if isinstance(part, Text):
                    begun.set()
                last = part
            assert isinstance(last, Finish)
            return last

        writing = asyncio.create_task(write())
        await asyncio.wait_for(begun.wait(), SECONDS)
        other = new_client(other_model)
        assert isinstance(await other.info(), ModelInfo)
        both = {Path(status.model) for status in await engine_status()}
        assert both == {model, other_model}
        answer = await finish_of(other.stream(QUESTION))
        assert answer.error is None
        assert answer.message.model != alone.message.model
        finish = await asyncio.wait_for(writing, SECONDS)
        assert finish.error is None
        assert (await finish_of(client.stream(QUESTION))).message.text == alone.message.text
        await other.close()

    run(model, check)
