"""Runs a helper program and hands over what it says, line by line."""

import asyncio
import codecs
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


async def run_program(
    argv: Sequence[str],
    on_output: Callable[[str], None],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run `argv` without a shell and return its exit code.

    Output and errors reach `on_output` as lines without their end. The program gets no input and
    its own process group, which is ended when this task is cancelled. Raises OSError when the
    program cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    if process.stdout is None:
        raise RuntimeError("a pipe was asked for and not given")
    try:
        rest = ""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        # Not readline: its buffer has a limit, and a long line would end the program.
        while chunk := await process.stdout.read(65_536):
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in lines:
                on_output(line.rstrip("\r"))
        if rest:
            on_output(rest)
        return await process.wait()
    finally:
        if process.returncode is None:
            _end_group(process.pid)
            await process.wait()


def _end_group(pid: int) -> None:
    # The group is gone when the program ended by itself between the check and the signal.
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
