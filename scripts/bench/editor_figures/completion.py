"""Completions over a typing session: how long a key takes, and how much is read for it."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench_run import BenchError, require
from figure import Bench, Figure, Target
from llama_server import LlamaServer
from side import SideError
from typing_session import Moment, moments

from inhouse_models.chat import ModelError
from inhouse_models.host.control import stop_engines
from inhouse_models.host.spawn import HostOptions, ensure_host, open_http

CONTEXT = 8_192
TOKENS = 16
P50, P95 = Target("at most", 1.02), Target("at most", 1.05)
FEWER = Target("at most", 0.999)
_Both = tuple[float, float | None]
Ask = Callable[[Mapping[str, object]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Session:
    """Milliseconds of every key but the first, tokens that were read for them, keys that were
    answered from what had been proposed."""

    milliseconds: Sequence[float]
    read: int
    known: int

    def quantile(self, percent: int) -> float:
        """The time that so many of a hundred keys stay below."""
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[percent - 1]


def measure_completion(bench: Bench) -> list[Figure]:
    """Type the session here and there."""
    typed = list(moments(bench.few(1, 40)))
    try:
        ours = asyncio.run(_ours(bench, typed))
        theirs = asyncio.run(_theirs(bench, typed)) if bench.llama_server else None
    except SideError as error:
        raise BenchError(str(error)) from error
    note = f"{len(ours.milliseconds)} keys after the first, {TOKENS} tokens each; {ours.known} of"
    note += " ours were answered from what had been proposed and typed"
    return [
        _figure("a key, p50", "ms", (ours.quantile(50), theirs and theirs.quantile(50)), P50, note),
        _figure("a key, p95", "ms", (ours.quantile(95), theirs and theirs.quantile(95)), P95),
        _figure("tokens read while typing", "", (ours.read, theirs and theirs.read), FEWER),
    ]


def _figure(what: str, unit: str, both: _Both, target: Target, note: str = "") -> Figure:
    ours, theirs = both
    if theirs is None:
        return Figure(what, ours, unit, note=note)
    ratio = ours / theirs if theirs else 0.0
    return Figure(what, ours, unit, "llama-server", theirs, ratio, target, note)


async def _ours(bench: Bench, typed: Sequence[Moment]) -> _Session:
    options = HostOptions(bench.model, context=CONTEXT, threads=bench.threads, states_disk=0)
    place = await ensure_host(options)
    if isinstance(place, ModelError):
        raise SideError(place.text)
    try:
        async with open_http(place) as http:

            async def ask(body: Mapping[str, object]) -> Mapping[str, Any]:
                response = await http.post("/infill", json=dict(body))
                require(response.status_code == 200, response.text)
                return response.json()

            return await _type(ask, typed)
    finally:
        await stop_engines()


async def _theirs(bench: Bench, typed: Sequence[Moment]) -> _Session:
    if bench.llama_server is None:
        raise SideError("there is no llama-server")
    server = LlamaServer(bench.llama_server, bench.model, bench.threads, CONTEXT, bench.folder)
    await server.start()
    try:
        return await _type(server.infill, typed)
    finally:
        await server.close()


async def _type(ask: Ask, typed: Sequence[Moment]) -> _Session:
    await ask(typed[0].body(TOKENS))
    times: list[float] = []
    read = known = written = 0
    for moment in typed[1:]:
        started = time.perf_counter()
        answer = await ask(moment.body(TOKENS))
        times.append((time.perf_counter() - started) * 1000)
        timings = answer["timings"]
        read += int(timings["prompt_n"])
        known += int(timings["prompt_n"]) == 0 == int(timings["predicted_n"])
        written += bool(answer["content"])
    require(written > len(typed) // 2, "most keys got no text")
    return _Session(times, read, known)
