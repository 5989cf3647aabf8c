"""The replay on a tiny hybrid model, judged by the tokens that are read."""

import asyncio
from collections.abc import Collection

from conversation import Kind
from figure import Bench, Figure, Target
from replaying import Replay, Script, replay

from figures.replay import read_figure

DISTURBED: Collection[Kind] = ("interrupt", "edit", "restart")


def measure_hybrid_replay(bench: Bench) -> list[Figure]:
    """A recurrent state cannot be cut: what counts is where it was kept."""
    return asyncio.run(_measure(bench))


async def _measure(bench: Bench) -> list[Figure]:
    plain = await replay(bench, bench.hybrid, "append-only")
    disturbed = await replay(bench, bench.hybrid, "disturbed", Script(disturbed=tuple(DISTURBED)))
    figures = [
        read_figure("hybrid: tokens read / new, append-only", plain, 1.02),
        read_figure("hybrid: tokens read / new, disturbed", disturbed, 1.10),
    ]
    if bench.llama_server is not None:
        figures.append(_compare("hybrid: tokens read, append-only", plain, ("append",), 0.9))
        figures.append(_compare("hybrid: tokens read, disturbed", disturbed, DISTURBED, 0.3))
        figures += [
            _compare(f"hybrid: tokens read after {kind}", disturbed, (kind,), None)
            for kind in DISTURBED
        ]
    return figures


def _compare(what: str, run: Replay, kinds: Collection[Kind], bound: float | None) -> Figure:
    """Tokens read by both sides in the answers of these kinds."""
    ours = sum(one.said.read for one in run.ours if one.kind in kinds)
    theirs = sum(one.said.read for one in run.theirs if one.kind in kinds)
    target = Target("at most", bound) if bound else None
    return Figure(what, ours, "tokens", "llama-server", theirs, ours / theirs, target)
