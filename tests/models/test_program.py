"""Helper programs: their lines arrive, their code comes back, and cancelling ends them all."""

import asyncio
import os
import select
import sys
from pathlib import Path

import pytest

from inhouse_models.host.process import run_program


def run(code: str, folder: Path | None = None) -> tuple[int, list[str]]:
    lines: list[str] = []
    return asyncio.run(
        run_program([sys.executable, "-c", code], lines.append, folder=folder)
    ), lines


def test_hands_over_lines_of_both_streams(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), flush=True); sys.stderr.write('no end'); sys.exit(3)"
    assert run(code, folder=tmp_path) == (3, [str(tmp_path), "no end"])


def test_a_very_long_line_is_one_line() -> None:
    assert run("print('é' * 300_000)") == (0, ["é" * 300_000])


def test_gives_no_input() -> None:
    assert run("print(repr(open(0).read()))")[1] == ["''"]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process as Linux can")
def test_cancelling_ends_the_whole_group() -> None:
    code = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; "
        "time.sleep(600)']); print(child.pid, flush=True); child.wait()"
    )
    children: list[int] = []

    async def start() -> None:
        def cancel(line: str) -> None:
            children.append(os.pidfd_open(int(line)))
            task.cancel()

        task = asyncio.create_task(run_program([sys.executable, "-c", code], cancel))
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(start())
    # The descriptor of a process can be read once the process has ended.
    assert select.select(children, [], [], 10)[0] == children
    os.close(children[0])
