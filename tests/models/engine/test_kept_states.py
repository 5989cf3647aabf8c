"""Engine hosts as real processes over one folder of saved states: stopped, killed, hindered."""

import asyncio
import os
import resource
import shutil
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from tests.models.host.telling import start_and_tell, told_id

from inhouse_models.chat import Finish, Message, Request
from inhouse_models.deletion import Deletion
from inhouse_models.engine.conversations import WORTH_SAVING
from inhouse_models.engine.store.folder import root_folders, state_files
from inhouse_models.host.control import ask_engines, engine_status, stop_engines
from inhouse_models.host.places import Place, log_path, states_folder
from inhouse_models.host.spawn import HostOptions, Start, ensure_host, start_directly
from inhouse_models.host.states import clear_states, forget_states, saved_states
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model
SYSTEM = Message("system", "You answer in a word. " * 30)
WRITTEN = 8


@dataclass
class Talk:
    """A conversation and the ends of its answers."""

    name: str = "talk"
    history: tuple[Message, ...] = (SYSTEM,)
    ends: list[Finish] = field(default_factory=list[Finish])

    async def ask(self, client: LocalClient) -> Finish:
        """Ask the next question."""
        number = len(self.ends)
        question = Message("user", f"{self.name} {number}: " + f"what is {number}? " * 60)
        request = Request((*self.history, question), max_tokens=WRITTEN)
        parts = [part async for part in client.stream(request)]
        end = parts[-1]
        assert isinstance(end, Finish)
        assert end.error is None
        self.history = (*request.messages, end.message)
        self.ends.append(end)
        return end

    @property
    def tokens(self) -> tuple[int, ...]:
        """All its ids so far."""
        return tuple(token for end in self.ends for token in end.message.tokens)


def options_of(model: Path, idle_seconds: float = 900.0) -> HostOptions:
    return HostOptions(model=model, context=4096, threads=1, idle_seconds=idle_seconds)


@asynccontextmanager
async def connected(
    model: Path, idle_seconds: float = 900.0, start: Start = start_directly
) -> AsyncGenerator[LocalClient]:
    """A client whose host ends with the block, and saves nothing more."""
    client = LocalClient(LocalModel(model), options_of(model, idle_seconds), start)
    try:
        yield client
    finally:
        await client.close()
        for status in await engine_status():
            await kill(status.pid)


async def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    await wait_for(pid)


async def wait_for(pid: int) -> None:
    """Wait until a host has ended; what it keeps is on disk then."""
    await asyncio.wait_for(asyncio.to_thread(os.waitpid, pid, 0), 60)


async def cold_answer(model: Path, talk: Talk) -> Finish:
    """The last answer of a conversation by a host that knows nothing."""
    shutil.rmtree(states_folder(), ignore_errors=True)
    last = talk.history[-1]
    earlier = Talk(talk.name, talk.history[:-2], talk.ends[:-1])
    async with connected(model) as client:
        cold = await earlier.ask(client)
    assert cold.usage.cached_input_tokens == 0
    assert cold.message.tokens == last.tokens
    return cold


@pytest.mark.parametrize(
    ("kind", "end"), [("qwen2", "stop"), ("qwen2", "idle"), ("qwen35", "stop")]
)
def test_a_session_resumed_after_the_host_ended_reads_only_its_tail(
    tiny_model: Callable[[str], Path], kind: str, end: Literal["stop", "idle"], tmp_path: Path
) -> None:
    model, told = tiny_model(kind), tmp_path / "pid"
    talk = Talk()

    async def main() -> None:
        idle_seconds = 0.5 if end == "idle" else 900.0
        async with connected(model, idle_seconds, start_and_tell(told)) as client:
            await talk.ask(client)
            await talk.ask(client)
            if end == "stop":
                assert await stop_engines() == 1
            await wait_for(told_id(told))
        known = len(talk.tokens)
        async with connected(model) as client:
            resumed = await talk.ask(client)
        assert known - WORTH_SAVING <= resumed.usage.cached_input_tokens <= known
        new = resumed.usage.input_tokens - known
        read = resumed.usage.input_tokens - resumed.usage.cached_input_tokens
        assert read <= new + WORTH_SAVING
        if end == "stop":
            await cold_answer(model, talk)

    asyncio.run(main())


@pytest.mark.parametrize(("kind", "files"), [("qwen2", 0), ("qwen2", 1), ("qwen35", 2)])
def test_a_host_killed_while_it_saves_leaves_what_is_right(
    tiny_model: Callable[[str], Path], kind: str, files: int
) -> None:
    model = tiny_model(kind)
    talk = Talk()

    async def main() -> None:
        async with connected(model) as client:
            await talk.ask(client)
            await talk.ask(client)
            (status,) = await engine_status()
            while len(state_files(states_folder())) < files:
                await engine_status()
            await kill(status.pid)
        saved = len(state_files(states_folder()))
        assert saved >= files
        async with connected(model) as client:
            resumed = await talk.ask(client)
        assert (resumed.usage.cached_input_tokens > 0) == (saved > 0)
        assert not list(states_folder().glob("*/.*"))
        await cold_answer(model, talk)

    asyncio.run(main())


@contextmanager
def small_files_only(limit: int) -> Generator[None]:
    """Processes that are started now cannot write longer files, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_costs_a_line_in_the_log(tiny_qwen2: Path) -> None:
    talk, other = Talk(), Talk("other")

    async def main() -> None:
        with small_files_only(8_192):
            assert isinstance(await ensure_host(options_of(tiny_qwen2)), Place)
        async with connected(tiny_qwen2) as client:
            for _ in range(2):
                await talk.ask(client)
                await other.ask(client)
            assert talk.ends[1].usage.cached_input_tokens >= len(talk.ends[0].message.tokens) - 1
            (status,) = await engine_status()
            await stop_engines()
            await wait_for(status.pid)
        assert not state_files(states_folder())
        assert not list(states_folder().glob("*/.*"))
        lines = log_path().read_text(encoding="utf-8").splitlines()
        assert sum("saved states cannot be written" in line for line in lines) == 1
        assert not any("Traceback" in line for line in lines)

    asyncio.run(main())


def test_the_states_of_another_model_are_a_miss(tiny_qwen2: Path, tiny_qwen35: Path) -> None:
    talk = Talk()

    async def main() -> None:
        for model in (tiny_qwen2, tiny_qwen35):
            async with connected(model) as client:
                end = await Talk().ask(client)
                assert end.usage.cached_input_tokens == 0
                (status,) = await engine_status()
                await stop_engines()
                await wait_for(status.pid)
        by_model = {Path(r.about.model): r for r in root_folders(states_folder()) if r.about}
        # Files in a foreign place are not believed either.
        foreign, own = by_model[tiny_qwen2], by_model[tiny_qwen35]
        for path in own.path.glob("*.segment"):
            path.unlink()
        for path in foreign.path.glob("*.segment"):
            path.rename(own.path / path.name)
        async with connected(tiny_qwen35) as client:
            end = await talk.ask(client)
        assert end.usage.cached_input_tokens == 0
        await cold_answer(tiny_qwen35, talk)

    asyncio.run(main())


def test_two_hosts_on_one_folder_do_not_harm_each_other(
    tiny_qwen2: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = [Talk("one"), Talk("two")]
    sockets = [os.environ["XDG_RUNTIME_DIR"] + name for name in "ab"]

    async def main() -> None:
        pids: list[int] = []
        clients: list[LocalClient] = []
        for folder, talk in zip(sockets, talks, strict=True):
            monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
            clients.append(LocalClient(LocalModel(tiny_qwen2), options_of(tiny_qwen2)))
            await talk.ask(clients[-1])
            pids += [status.pid for status in await engine_status()]
        assert len(set(pids)) == 2
        await asyncio.gather(*(t.ask(c) for t, c in zip(talks, clients, strict=True)))
        for folder in sockets:
            monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
            assert await stop_engines() == 1
        for pid, client in zip(pids, clients, strict=True):
            await client.close()
            await wait_for(pid)
        assert "cannot" not in log_path().read_text(encoding="utf-8")
        async with connected(tiny_qwen2) as client:
            for talk in talks:
                known = len(talk.tokens)
                end = await talk.ask(client)
                assert end.usage.cached_input_tokens >= known - WORTH_SAVING

    try:
        asyncio.run(main())
    finally:
        for folder in sockets:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("kind", ["qwen2", "qwen35"])
def test_a_deleted_conversation_is_forgotten_and_others_are_not(
    tiny_model: Callable[[str], Path], kind: str
) -> None:
    model = tiny_model(kind)
    gone, stays = Talk("gone"), Talk("stays")

    async def main() -> None:
        async with connected(model) as client:
            for talk in (gone, stays):
                await talk.ask(client)
            ids = zip(gone.tokens, stays.tokens, strict=False)
            shared = next(i for i, (one, other) in enumerate(ids) if one != other)
            again = Talk("gone")
            assert (await again.ask(client)).usage.cached_input_tokens > shared
            deletion = Deletion(gone.ends[0].message.model, gone.tokens, shared)
            assert await forget_states([deletion]) == []
            kept = (await stays.ask(client)).usage.cached_input_tokens
            assert kept >= len(stays.ends[0].message.tokens) - 1
            after = (await Talk("gone").ask(client)).usage.cached_input_tokens
            assert shared - 2 * WORTH_SAVING <= after <= shared

    asyncio.run(main())


def test_clearing_reaches_a_running_host(tiny_qwen2: Path) -> None:
    async def main() -> None:
        async with connected(tiny_qwen2) as client:
            await Talk().ask(client)
            while not state_files(states_folder()):
                await engine_status()
            (saved,) = [one for one in await saved_states() if one.disk_bytes]
            assert saved.name == tiny_qwen2.stem
            assert saved.usable
            assert saved.memory_bytes > 0
            assert await clear_states() == []
            assert not list(states_folder().glob("*"))
            assert await saved_states() == []
            assert (await Talk().ask(client)).usage.cached_input_tokens == 0

    asyncio.run(main())


def test_nonsense_is_refused_and_the_host_lives(tiny_qwen2: Path) -> None:
    async def main() -> None:
        async with connected(tiny_qwen2) as client:
            talk = Talk()
            await talk.ask(client)
            for body in ({}, {"model": "m", "tokens": ["x"], "shared": 0}, {"tokens": 3}):
                (refused,) = await ask_engines("/inhouse/states/forget", [body])
                assert refused.model == str(tiny_qwen2)
            foreign = Deletion("another model", talk.tokens, 0)
            assert await forget_states([foreign]) == []
            end = await talk.ask(client)
            assert end.usage.cached_input_tokens >= len(talk.ends[0].message.tokens) - 1

    asyncio.run(main())
