"""A replay of 20 turns on both sides: tokens that are read, and time to the first token."""

import asyncio
import statistics
from collections.abc import Iterable, Sequence

from conversation import Kind
from figure import Bench, Figure, Target
from replaying import Replay, Script, replay

DISTURBED: dict[Kind, str] = {
    "interrupt": "an interrupted answer",
    "edit": "an edited message",
    "restart": "a restart",
}


# After a restart a person types as well, but there the first message tells the sides apart.
TYPED: tuple[Kind, ...] = ("interrupt", "edit")


def measure_replay(bench: Bench) -> list[Figure]:
    """Attention only: append-only, then with interruptions, edits and restarts."""
    return asyncio.run(_measure(bench))


def measure_typed_replay(bench: Bench) -> list[Figure]:
    """The same disturbances by a person whose next message is read while it is typed."""
    run = asyncio.run(replay(bench, bench.model, "typed", Script(disturbed=TYPED, typed=True)))
    pairs = zip(run.ours, run.new, strict=True)
    typed = [(taken.said.read, new) for taken, new in pairs if taken.kind in TYPED]
    left, new = (sum(column) for column in zip(*typed, strict=True))
    note = f"{left} of {new} tokens in {len(typed)} messages"
    figures = [Figure("tokens left to read of a typed message", left / new, note=note)]
    if bench.llama_server is not None:
        figures += [
            time_figure(f"first token after {DISTURBED[kind]}, typed", run, (kind,), 0.25)
            for kind in TYPED
        ]
    return figures


async def _measure(bench: Bench) -> list[Figure]:
    plain = await replay(bench, bench.model, "append-only")
    disturbed = await replay(bench, bench.model, "disturbed", Script(disturbed=tuple(DISTURBED)))
    figures = [
        read_figure("tokens read / new, append-only", plain, 1.02),
        read_figure("tokens read / new, disturbed", disturbed, 1.10),
    ]
    if bench.llama_server is not None:
        figures.append(time_figure("first token, append-only", plain, ("append",), 1.02))
        figures += [
            time_figure(f"first token after {what}", disturbed, (kind,), 0.25)
            for kind, what in DISTURBED.items()
        ]
        figures.append(_slot_figure(disturbed))
    return figures


def read_figure(what: str, run: Replay, bound: float) -> Figure:
    """Tokens that were decoded for prompts over those that were new."""
    new = sum(run.new)
    ours = sum(one.said.read for one in run.ours)
    theirs = sum(one.said.read for one in run.theirs)
    return Figure(
        what,
        ours / new,
        opponent="llama-server" if theirs else "",
        theirs=theirs / new if theirs else None,
        target=Target("at most", bound),
        note=f"{ours} read, {new} new in {len(run.ours)} answers; llama-server {theirs}",
    )


def time_figure(what: str, run: Replay, kinds: Iterable[Kind], bound: float) -> Figure:
    """Median seconds to the first token, and the median of the ratios turn by turn."""
    wanted = set(kinds)
    # In the first turn everything is new.
    pairs = [
        (mine.said.first_seconds, theirs.said.first_seconds)
        for mine, theirs in list(zip(run.ours, run.theirs, strict=True))[1:]
        if mine.kind in wanted
    ]
    return _seconds(what, pairs, Target("at most", bound))


def _slot_figure(run: Replay) -> Figure:
    """A restart where llama-server's client saved its slot before and restored it after."""
    mine = [one.said.first_seconds for one in run.ours if one.kind == "restart"]
    theirs = [said.first_seconds for said in run.from_slot]
    pairs = list(zip(mine, theirs, strict=True))
    return _seconds("first token after a restart, its slot saved by the client", pairs, None)


def _seconds(what: str, pairs: Sequence[tuple[float, float]], target: Target | None) -> Figure:
    ratios = [mine / theirs for mine, theirs in pairs]
    return Figure(
        what,
        statistics.median(mine for mine, _theirs in pairs),
        "s",
        "llama-server",
        statistics.median(theirs for _mine, theirs in pairs),
        statistics.median(ratios),
        target,
        f"median of {len(ratios)} paired ratios, from {min(ratios):.3f} to {max(ratios):.3f}",
    )
