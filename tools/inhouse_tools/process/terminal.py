"""Giving the terminal to a program of the person's."""

import os
from collections.abc import Sequence
from pathlib import Path

from inhouse_tools.process.starting import Remote, start
from inhouse_tools.refusal import Refusal, of_os_error


async def hand_over(argv: Sequence[str], *, cwd: Path) -> int | Refusal:
    """Give the terminal to a program of the person's, such as an editor; its exit code."""
    terminal = {number: number for number in range(3)}
    try:
        process = await start(argv, cwd=cwd, environment=os.environ, files=terminal, session=False)
    except OSError as error:
        return of_os_error(error, argv[0], "run")
    try:
        return await process.wait()
    finally:
        if isinstance(process, Remote):
            process.forget()
