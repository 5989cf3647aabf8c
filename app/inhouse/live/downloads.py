"""Downloads of models while a screen goes on: what runs, how far it is, and how it ended."""

import asyncio
import json
import os
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from inhouse_tools.process import open_pipe
from inhouse_tools.refusal import Refusal

State = Literal["running", "done", "stopped", "failed"]
Progress = Callable[[int, int, str], None]
"""Called with the bytes done, the bytes in all and what is being done."""
Clock = Callable[[], float]

PULL: Final = (sys.executable, "-I", "-m", "inhouse.start", "models", "pull", "--json", "--")
# Quick enough to look alive, and seldom enough for a slow connection to the terminal.
SECONDS_BETWEEN = 0.2
# The rate is the mean of so many seconds: long enough to be steady.
RATE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class FetchProblem:
    """Why a model could not be had, in sentences for a person, one a line, and what to do next."""

    text: str
    advice: str = ""


Fetch = Callable[[str, Progress], Awaitable[str | FetchProblem]]
"""Has the model of this name on the machine, and gives the name that it has there."""


@dataclass(frozen=True, slots=True)
class Download:
    """One download as it stands.

    `done` and `total` are bytes of the present `step`, `rate` is bytes per second, 0 when not
    known yet. `ready` is the name to load when it is done. `problem` and `advice` say why it
    failed and what to do next.
    """

    name: str
    state: State = "running"
    step: str = "asking where it lies"
    done: int = 0
    total: int = 0
    rate: float = 0.0
    ready: str = ""
    problem: str = ""
    advice: str = ""

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; None when that is not known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Downloads:
    """At most one download at a time, which goes on when the screen that began it is gone."""

    def __init__(
        self,
        fetch: Fetch | None = None,
        *,
        clock: Clock = time.monotonic,
        seconds_between: float = SECONDS_BETWEEN,
    ) -> None:
        self.current: Download | None = None
        self._fetch = fetch or fetch_beside
        self._clock = clock
        self._seconds_between = seconds_between
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[Download], None]] = []
        self._samples: deque[tuple[float, int]] = deque()

    @property
    def running(self) -> bool:
        """Whether one runs now."""
        return self.current is not None and self.current.state == "running"

    def listen(self, listener: Callable[[Download], None]) -> Callable[[], None]:
        """Tell `listener` of every change, on the loop; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def start(self, name: str) -> bool:
        """Begin, or go on where an earlier try stopped; False while another one runs."""
        if self.running:
            return False
        self._samples.clear()
        self._change(Download(name))
        self._task = asyncio.create_task(self._run(name))
        return True

    async def stop(self) -> None:
        """End what runs, and keep what is there of it."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, name: str) -> None:
        download = Download(name)
        last = (-self._seconds_between, "")

        def progress(done: int, total: int, step: str) -> None:
            nonlocal last
            now = self._clock()
            if step == last[1] and now - last[0] < self._seconds_between and done < total:
                return
            last = (now, step)
            self._advance(replace(download, step=step, done=done, total=total), now)

        try:
            fetched = await self._fetch(name, progress)
        except BaseException as reason:
            self._end("stopped" if isinstance(reason, asyncio.CancelledError) else "failed")
            raise
        if isinstance(fetched, FetchProblem):
            self._end("failed", problem=fetched.text, advice=fetched.advice)
        else:
            self._end("done", ready=fetched)

    def _advance(self, moved: Download, now: float) -> None:
        current = self.current
        if current is None or not self.running or current.name != moved.name:
            return
        if moved.step != current.step:
            self._samples.clear()
        self._samples.append((now, moved.done))
        while now - self._samples[0][0] > RATE_SECONDS:
            self._samples.popleft()
        since, first = self._samples[0]
        rate = (moved.done - first) / (now - since) if now > since else 0.0
        self._change(replace(moved, rate=max(rate, 0.0)))

    def _end(self, state: State, *, ready: str = "", problem: str = "", advice: str = "") -> None:
        if self.current is not None:
            ended = replace(self.current, state=state, rate=0.0)
            self._change(replace(ended, ready=ready, problem=problem, advice=advice))

    def _change(self, download: Download) -> None:
        self.current = download
        for listener in tuple(self._listeners):
            listener(download)


async def fetch_beside(name: str, progress: Progress) -> str | FetchProblem:
    """Pull a model by a program of its own, since this one may be cut off from the network.

    Cancelling stops it between two pieces and waits until it has stopped.
    """
    # Not in the folder that is worked in: nothing there concerns a download.
    pipe = await open_pipe([*PULL, name], cwd=Path("/"), environment=os.environ)
    if isinstance(pipe, Refusal):
        return FetchProblem(pipe.text)
    rest = b""
    try:
        while piece := await pipe.read(65_536):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                told = json.loads(line)
                if told["type"] == "result":
                    if "problem" in told:
                        return FetchProblem(told["problem"], told["advice"])
                    return told["name"]
                progress(told["done"], told["total"], told["step"])
    finally:
        await pipe.end()
    return FetchProblem(f"The download ended without a word: inhouse models pull {name}")
