"""A program that is spoken to: both ways, to its end, and never left behind."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from tests.processes import gone

from inhouse_tools.process import Pipe, open_pipe
from inhouse_tools.refusal import Refusal

pytestmark = pytest.mark.usefixtures("each_way")


async def opened(script: str, folder: Path) -> Pipe:
    pipe = await open_pipe(["/bin/sh", "-c", script], cwd=folder)
    assert not isinstance(pipe, Refusal)
    return pipe


def test_it_answers_what_it_is_told(tmp_path: Path) -> None:
    async def talk() -> bytes:
        pipe = await opened("read line; echo you said $line; pwd; cat", tmp_path)
        assert await pipe.write(b"hello\n")
        answer = await pipe.read(100)
        await pipe.end()
        return answer

    assert asyncio.run(talk()).startswith(b"you said hello\n")


def test_one_that_has_ended_hears_nothing_and_says_nothing(tmp_path: Path) -> None:
    async def talk() -> None:
        pipe = await opened("exit 0", tmp_path)
        assert await pipe.read(100) == b""
        heard = [await pipe.write(b"x" * 100_000) for _time in range(5)]
        assert heard[-1] is False
        await pipe.end()

    asyncio.run(talk())


def test_everything_it_started_ends_with_it(tmp_path: Path) -> None:
    script = "sleep 60 & echo $!; trap '' TERM; while :; do sleep 1; done"

    async def talk() -> int:
        pipe = await opened(script, tmp_path)
        pid = int(await pipe.read(100))
        await pipe.end()
        return pid

    assert gone(asyncio.run(talk()))


def test_one_that_floods_is_ended_as_well(tmp_path: Path) -> None:
    async def talk() -> int:
        pipe = await opened("yes", tmp_path)
        await pipe.read(1)
        await pipe.end()
        return pipe.process.pid

    assert gone(asyncio.run(talk()))


def test_what_cannot_be_started_is_a_value(tmp_path: Path) -> None:
    for argv in (["/does/not/exist"], ["a\0b"]):
        assert isinstance(asyncio.run(open_pipe(argv, cwd=tmp_path)), Refusal)


@pytest.mark.parametrize("steps", range(6))
def test_cancelled_while_it_is_opened_nothing_is_left(tmp_path: Path, steps: int) -> None:
    mark = f"8640{steps}.{os.getpid()}"

    async def cancel_early() -> None:
        argv = ["/bin/sh", "-c", f"sleep {mark} & wait"]
        opening = asyncio.ensure_future(open_pipe(argv, cwd=tmp_path))
        for _step in range(steps):
            await asyncio.sleep(0)
        opening.cancel()
        try:
            pipe = await opening
        except asyncio.CancelledError:
            return
        assert isinstance(pipe, Pipe)
        await pipe.end()

    asyncio.run(cancel_early())
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert mark not in listed.stdout
