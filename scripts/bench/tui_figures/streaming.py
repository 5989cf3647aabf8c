"""How much of a processor core an answer takes that is streamed fast."""

import asyncio
import time
from itertools import cycle

from bench_run import require
from figure import Figure, Target
from tui_bench import ConversationApp, TuiBench, in_app
from tui_material import STREAM, blocks

from inhouse.tui.blocks.answer import AnswerBlock

ENTRIES = 5_000
PIECES_PER_SECOND = 100
SECONDS = 20
MOST_PERCENT = 25.0


def measure_streaming(bench: TuiBench) -> list[Figure]:
    """The share of one core while pieces of an answer arrive."""
    shares: list[float] = []
    seconds = bench.few(SECONDS, 1)

    async def act(app: ConversationApp) -> None:
        async with app.conversation.filling():
            for _, block in zip(range(bench.few(ENTRIES, 100)), blocks(), strict=False):
                await app.conversation.add(block)
        answer = AnswerBlock()
        await app.conversation.add(answer)
        await app.at_rest()
        frames = app.frames
        began, busy = time.perf_counter(), time.process_time()
        pieces = cycle(STREAM)
        written = 0
        while (passed := time.perf_counter() - began) < seconds:
            while written < passed * PIECES_PER_SECOND:
                answer.write(next(pieces))
                written += 1
            await asyncio.sleep(1 / PIECES_PER_SECOND)
        shares.append((time.process_time() - busy) / passed * 100)
        require(app.frames - frames > seconds * 4, "it was drawn too seldom to be read")
        answer.finish()

    asyncio.run(in_app(act))
    require(len(shares) == 1, "the answer was not streamed to its end")
    return [
        Figure(
            f"one core at {PIECES_PER_SECOND} pieces a second",
            shares[0],
            "%",
            target=Target("at most", MOST_PERCENT),
            note=f"{seconds} s of one answer at the end of {ENTRIES:,} entries, the loop that"
            " writes the pieces included",
        )
    ]
