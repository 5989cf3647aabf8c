"""Downloads while a screen goes on: what they tell, how they end, how they are stopped."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf
from tests.models.hub_server import Hub, serve

from inhouse.live.downloads import Download, Downloads, FetchProblem, Progress, fetch_beside
from inhouse_models.store import Store
from inhouse_models.transfer import ignore_progress


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await test()

    asyncio.run(main())


async def until(downloads: Downloads, true: Callable[[], bool]) -> None:
    """Wait for what downloads tell."""
    changed = asyncio.Event()
    stop = downloads.listen(lambda _download: changed.set())
    while not true():
        changed.clear()
        await changed.wait()
    stop()


def test_a_download_tells_its_steps_its_rate_and_its_end() -> None:
    heard: list[Download] = []
    time = 0.0

    async def fetch(name: str, progress: Progress) -> str | FetchProblem:
        nonlocal time
        progress(0, 1000, "downloading")
        await asyncio.sleep(0)
        time = 2.0
        progress(100, 1000, "downloading")
        time = 2.05
        progress(110, 1000, "downloading")
        time = 20.0
        progress(1000, 1000, "checking")
        await asyncio.sleep(0)
        return f"{name}-here"

    async def test() -> None:
        downloads = Downloads(fetch, clock=lambda: time, seconds_between=0.1)
        stop = downloads.listen(heard.append)
        assert downloads.start("a")
        assert not downloads.start("b")
        await until(downloads, lambda: not downloads.running)
        stop()
        downloads.start("c")

    run(test)
    assert [(one.state, one.done, one.step) for one in heard] == [
        ("running", 0, "asking where it lies"),
        ("running", 0, "downloading"),
        ("running", 100, "downloading"),
        ("running", 1000, "checking"),
        ("done", 1000, "checking"),
    ]
    assert (heard[2].rate, heard[2].seconds_left) == (50.0, 18.0)
    assert (heard[3].rate, heard[3].seconds_left) == (0.0, None)
    assert heard[-1].ready == "a-here"


def test_stopping_keeps_and_failing_advises() -> None:
    async def wait(_name: str, progress: Progress) -> str | FetchProblem:
        progress(5, 10, "downloading")
        await asyncio.Event().wait()
        return ""

    async def fail(_name: str, _progress: Progress) -> str | FetchProblem:
        return FetchProblem("the hub cannot be reached", "Look at the network.")

    async def test() -> None:
        downloads = Downloads(wait)
        await downloads.stop()
        downloads.start("a")
        await until(downloads, lambda: downloads.current is not None and downloads.current.done > 0)
        await downloads.stop()
        assert downloads.current is not None
        assert (downloads.current.state, downloads.current.done) == ("stopped", 5)
        failing = Downloads(fail)
        failing.start("a")
        await until(failing, lambda: not failing.running)
        assert failing.current is not None
        assert failing.current.problem == "the hub cannot be reached"
        assert failing.current.advice == "Look at the network."

    run(test)


TINY_FILE = "owner/tiny-GGUF/Tiny-Q4_K_M.gguf"


def test_a_pull_beside_the_loop_tells_how_far_it_is(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, int, str]] = []
    model = make_gguf(weights=100_000)

    async def test() -> None:
        pulled = await fetch_beside(
            TINY_FILE, lambda done, total, step: heard.append((done, total, step))
        )
        assert pulled == "owner--tiny-GGUF--Tiny-Q4_K_M"

    with serve(Hub({TINY_FILE: model})) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        run(test)
    assert (len(model), len(model), "downloading from the hub") in heard
    assert [one.name for one in Store().list()] == ["owner--tiny-GGUF--Tiny-Q4_K_M"]


def test_a_pull_beside_the_loop_that_fails_says_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")

    async def test() -> None:
        refused = await fetch_beside(TINY_FILE, ignore_progress)
        assert isinstance(refused, FetchProblem)
        assert "refuses connections" in refused.text
        assert "name a mirror in HF_ENDPOINT" in refused.advice

    run(test)


@pytest.mark.parametrize(
    ("variable", "said"),
    [("HF_HUB_OFFLINE", "HF_HUB_OFFLINE"), ("INHOUSE_OFFLINE", "while offline is set")],
)
def test_a_pull_beside_the_loop_that_may_not_be_ends_as_a_value(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    monkeypatch.setenv(variable, "1")

    async def test() -> None:
        refused = await fetch_beside(TINY_FILE, ignore_progress)
        assert isinstance(refused, FetchProblem)
        assert said in refused.text

    with serve(Hub({TINY_FILE: make_gguf()})) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        run(test)
    assert server.requests == []


def test_a_pull_beside_the_loop_can_be_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")

        async def test() -> None:
            task = asyncio.create_task(fetch_beside(TINY_FILE, ignore_progress))
            asked, _address = await asyncio.to_thread(silent.accept)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # Whoever asked is gone by now, so the end of the connection is there.
            with asked:
                asked.settimeout(60)
                while asked.recv(4096):
                    pass

        run(test)
