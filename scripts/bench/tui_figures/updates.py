"""What one update of a streamed answer costs in a short and in a very long conversation."""

import asyncio
import time
from itertools import cycle, islice

from bench_run import require
from figure import Figure, Target
from tui_bench import ConversationApp, TuiBench, in_app
from tui_material import STREAM, blocks

from inhouse.tui.blocks.answer import AnswerBlock

SHORT, LONG = 50, 5_000
UPDATES = 300
# What follows an update, such as blocks that leave the view, belongs to it.
AFTERMATH_SECONDS = 0.03
MOST_MILLISECONDS = 16.0
MOST_RATIO = 1.2


def measure_updates(bench: TuiBench) -> list[Figure]:
    """The 95th percentile of the processor's time for one update."""
    updates = bench.few(UPDATES, 10)
    short = asyncio.run(_update_times(SHORT, updates))
    long = asyncio.run(_update_times(bench.few(LONG, 200), updates))
    note = (
        f"the processor's time from a piece of an answer to its frame, {updates} updates, the"
        f" conversation follows its end; median {_share(long, 50):.1f} ms"
    )
    theirs = _share(short, 95)
    return [
        Figure(
            f"p95 of a streamed update at {LONG:,} entries",
            _share(long, 95),
            "ms",
            target=Target("at most", MOST_MILLISECONDS),
            note=note,
        ),
        Figure(
            f"the same beside {SHORT} entries",
            _share(long, 95),
            "ms",
            opponent=f"{SHORT} entries",
            theirs=theirs,
            ratio=_share(long, 95) / theirs,
            target=Target("at most", MOST_RATIO),
        ),
    ]


async def _update_times(entries: int, updates: int) -> list[float]:
    """Milliseconds of each update in a conversation of so many entries."""
    times: list[float] = []

    async def act(app: ConversationApp) -> None:
        async with app.conversation.filling():
            for block in islice(blocks(), entries):
                await app.conversation.add(block)
        answer = AnswerBlock()
        await app.conversation.add(answer)
        await app.at_rest()
        for piece in islice(cycle(STREAM), updates):
            frames, began = app.frames, time.process_time()
            answer.write(piece)
            await app.drawn_after(frames)
            await asyncio.sleep(AFTERMATH_SECONDS)
            times.append((time.process_time() - began) * 1000)
        require(answer.region.bottom > 0, "the answer was not in view")

    await in_app(act)
    require(len(times) == updates, "not all updates were drawn")
    return times


def _share(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]
