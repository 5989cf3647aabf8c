"""Parsing many files at once, in processes of their own that may crash or hang."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools import process
from inhouse_tools.index import worker
from inhouse_tools.process import Result

MAX_WORKERS = 8
LEAST_FILES = 25
"""A process that had fewer files to parse would cost more than it saves."""
MAX_CRASHES = 20
SECONDS = 3_600.0
CRASHES = frozenset(
    {
        signal.SIGABRT,
        signal.SIGALRM,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGKILL,
        signal.SIGSEGV,
    }
)
"""What a file may do to its parser; any other signal is somebody's wish that it ends."""


@dataclass(frozen=True, slots=True)
class Job:
    """Files below `root` whose facts shall be in the database; `day` is today, for `save`."""

    database: Path
    root: Path
    files: Sequence[str]
    day: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """How it went: the files that crashed a process or did not end, and whether it was `whole`.

    Files that could not be read or kept are the caller's to find out; when it was not whole there
    are more than that.
    """

    crashed: tuple[str, ...]
    whole: bool


async def parse_all(job: Job, count: Callable[[int], None]) -> Parsed:
    """Let processes parse the files; `count` hears how many more were begun."""
    processes = max(1, min(MAX_WORKERS, os.cpu_count() or 1, len(job.files) // LEAST_FILES))
    shares = [job.files[first::processes] for first in range(processes)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_Share(job, list(files), count).parse()) for files in shares]
    done = [task.result() for task in tasks]
    crashed = tuple(file for parsed in done for file in parsed.crashed)
    return Parsed(crashed, all(parsed.whole for parsed in done))


class _Share:
    """The files of one process, and of the next one without what crashed the first."""

    def __init__(self, job: Job, files: list[str], count: Callable[[int], None]) -> None:
        self._job = job
        self._left = files
        self._count = count
        self._counted = 0
        self._begun = 0

    async def parse(self) -> Parsed:
        crashed: list[str] = []
        while self._left:
            self._begun = 0
            result = await process.run(
                [sys.executable, "-I", worker.__file__],
                cwd=self._job.root,
                timeout=SECONDS,
                stdin=self._task(),
                show=self._show,
            )
            if not isinstance(result, Result) or result.exit_code >= 0:
                # A mistake in our own code is raised when the caller parses what is left.
                return Parsed(tuple(crashed), whole=True)
            begun = result.output.count(worker.MARK)
            if -result.exit_code not in CRASHES or not begun or len(crashed) >= MAX_CRASHES:
                break
            crashed.append(self._left.pop(begun - 1))
        return Parsed(tuple(crashed), whole=not self._left)

    def _show(self, output: str) -> None:
        self._begun += output.count(worker.MARK)
        if self._begun > self._counted:
            self._count(self._begun - self._counted)
            self._counted = self._begun

    def _task(self) -> bytes:
        task: worker.Task = {
            "search": sys.path,
            "database": str(self._job.database),
            "root": str(self._job.root),
            "files": self._left,
            "day": self._job.day,
        }
        return json.dumps(task).encode()
