"""The doctor looks in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from inhouse.doctor import Check, Report
from inhouse.live.examining import examine_aside

Progress = Callable[[int, int, str], None]


def unheard(done: int, total: int, what: str) -> None:
    """Nobody listens."""


REPORT = Report((Check("python", "ok", "here"),), {}, ())


def test_report_and_progress_come_back_to_the_caller(tmp_path: Path) -> None:
    here = threading.current_thread()
    steps: list[tuple[int, bool]] = []

    async def examine(root: Path, progress: Progress) -> Report:
        assert threading.current_thread() is not here
        assert root == tmp_path
        progress(1, 2, "half")
        return REPORT

    def show(done: int, total: int, what: str) -> None:
        steps.append((done, threading.current_thread() is here))

    assert asyncio.run(examine_aside(tmp_path, show, examine)) is REPORT
    assert steps == [(1, True)]


def test_a_fault_is_not_hidden(tmp_path: Path) -> None:
    async def examine(root: Path, progress: Progress) -> Report:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        asyncio.run(examine_aside(tmp_path, unheard, examine))


def test_who_leaves_does_not_wait(tmp_path: Path) -> None:
    go, ended = threading.Event(), threading.Event()

    async def examine(root: Path, progress: Progress) -> Report:
        go.wait(60)
        progress(1, 2, "nobody listens")
        ended.set()
        return REPORT

    async def leave() -> None:
        looking = asyncio.create_task(examine_aside(tmp_path, unheard, examine))
        await asyncio.sleep(0)
        looking.cancel()
        await asyncio.wait([looking])

    asyncio.run(leave())
    go.set()
    assert ended.wait(60)
