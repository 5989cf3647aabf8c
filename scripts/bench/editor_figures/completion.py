"""Completions over a typing session: how long a key takes, and how much is read for it."""

import asyncio
import contextlib
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bench_run import BenchError, require
from figure import Bench, Figure, Target
from llama_server import LlamaServer
from own_host import OwnHost
from side import SideError, processor_ticks, wait_until_quiet
from typing_session import Moment, moments

SERVER = "llama-server"
CONTEXT = 8_192
TOKENS = 16
EVERY = 6
P50, P95 = Target("at most", 1.02), Target("at most", 1.05)
FEWER = Target("at most", 0.999)
TICK_MILLISECONDS = 1000 / os.sysconf("SC_CLK_TCK")


class Completer(Protocol):
    """A server of `/infill` as a process."""

    @property
    def pid(self) -> int:
        """The process."""
        ...

    async def start(self) -> None:
        """Load the model."""
        ...

    async def infill(self, body: Mapping[str, object]) -> Mapping[str, Any]:
        """Its answer."""
        ...

    async def close(self) -> None:
        """End the process."""
        ...


@dataclass(slots=True)
class _Session:
    """What one side did for every key: wall and processor milliseconds, tokens read, and whether it
    was answered from what had been proposed; milliseconds of the very first request."""

    wall: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])
    read: int = 0
    known: list[bool] = field(default_factory=list[bool])
    written: int = 0
    cold: float = 0.0

    async def ask(self, side: Completer, moment: Moment) -> None:
        """Time a key."""
        ticks, started = processor_ticks(side.pid), time.perf_counter()
        answer = await side.infill(moment.body(TOKENS))
        self.wall.append((time.perf_counter() - started) * 1000)
        self.processor.append((processor_ticks(side.pid) - ticks) * TICK_MILLISECONDS)
        timings = answer["timings"]
        self.read += int(timings["prompt_n"])
        self.known.append(int(timings["prompt_n"]) == 0 == int(timings["predicted_n"]))
        self.written += bool(answer["content"])

    async def ask_first(self, side: Completer, moment: Moment) -> None:
        """Time the request that finds nothing read."""
        started = time.perf_counter()
        await side.infill(moment.body(TOKENS))
        self.cold = (time.perf_counter() - started) * 1000
        await wait_until_quiet(side.pid, 0.0)

    def quantile(self, percent: int) -> float:
        """The time that so many of a hundred keys stay below."""
        return statistics.quantiles(self.wall, n=100, method="inclusive")[percent - 1]


def measure_completion(bench: Bench) -> list[Figure]:
    """Type within a file, where code stands behind the cursor."""
    return _measure(bench, "a key within a file", list(_some(bench, moments())))


def measure_at_end(bench: Bench) -> list[Figure]:
    """Type at the end of a file: there nothing behind the cursor is to be read again."""
    return _measure(bench, "a key at the end", list(_some(bench, moments(behind=False))))


def _some(bench: Bench, typed: Iterator[Moment]) -> Iterator[Moment]:
    every = bench.few(EVERY, EVERY * 8)
    return (moment for number, moment in enumerate(typed) if number % every == 0)


def _measure(bench: Bench, what: str, typed: Sequence[Moment]) -> list[Figure]:
    try:
        ours, theirs = asyncio.run(_type_on_both(bench, typed))
    except SideError as error:
        raise BenchError(str(error)) from error
    note = f"{len(ours.wall)} keys after the first, {TOKENS} tokens each, in turn;"
    note += f" {sum(ours.known)} of ours were answered from what had been proposed and typed"
    if theirs is None:
        alone = {"p50": ours.quantile(50), "p95": ours.quantile(95), "cold": ours.cold}
        return [Figure(f"{what}, {name}", one, "ms", note=note) for name, one in alone.items()]
    asked = [
        (mine, its)
        for mine, its, known in zip(ours.wall, theirs.wall, ours.known, strict=True)
        if not known
    ]
    written = Figure(
        f"{what} that the engine is asked for",
        statistics.median(mine for mine, _its in asked), "ms", SERVER,
        statistics.median(its for _mine, its in asked),
        statistics.median(mine / its for mine, its in asked),
        note=f"{len(asked)} keys; the ratio is the median of pairs",
    )  # fmt: skip
    unread = Figure(
        f"{what}, tokens read in all", ours.read, "", SERVER, theirs.read,
        ours.read / max(theirs.read, 1), FEWER,
    )  # fmt: skip
    return [
        replace(_times(f"{what}, p50", ours.quantile(50), theirs.quantile(50), P50), note=note),
        _times(f"{what}, p95", ours.quantile(95), theirs.quantile(95), P95),
        _times(
            f"{what}, of the processor",
            statistics.mean(ours.processor),
            statistics.mean(theirs.processor),
        ),
        written,
        unread,
        _times(f"{what}, the first one, cold", ours.cold, theirs.cold),
    ]


def _times(what: str, ours: float, theirs: float, target: Target | None = None) -> Figure:
    return Figure(what, ours, "ms", SERVER, theirs, ours / theirs, target)


async def _type_on_both(bench: Bench, typed: Sequence[Moment]) -> tuple[_Session, _Session | None]:
    """Each key on both sides before the next one, and who is first changes."""
    sides: list[tuple[Completer, _Session]] = [
        (OwnHost(bench.model, bench.threads, CONTEXT), _Session())
    ]
    if bench.llama_server:
        program = bench.llama_server
        server = LlamaServer(program, bench.model, bench.threads, CONTEXT, bench.folder)
        sides.append((server, _Session()))
    async with contextlib.AsyncExitStack() as stack:
        for side, session in sides:
            stack.push_async_callback(side.close)
            await side.start()
            await session.ask_first(side, typed[0])
        for number, moment in enumerate(typed[1:]):
            for side, session in sides if number % 2 else sides[::-1]:
                await session.ask(side, moment)
    for _side, session in sides:
        require(session.written > len(typed) // 2, "most keys got no text")
    return sides[0][1], sides[1][1] if len(sides) > 1 else None
