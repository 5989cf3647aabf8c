"""How long a request of the Agent Client Protocol is under way, over real pipes."""

import asyncio
import statistics
import time

from bench_run import require
from figure import Bench, Figure, Target
from tests.app.editors.editor import Editor, editing

OVERHEAD = Target("at most", 5.0)


def measure_round_trip(bench: Bench) -> list[Figure]:
    """A request whose answer needs no model: all of it is overhead."""
    times = asyncio.run(_time(bench, bench.few(300, 20)))
    return [
        Figure(
            "a request of ACP and back",
            statistics.median(times),
            "ms",
            target=OVERHEAD,
            note=f"session/set_mode, {len(times)} times, the SDK's client and its checks included",
        )
    ]


async def _time(bench: Bench, count: int) -> list[float]:
    folder = bench.folder / "project"
    folder.mkdir(exist_ok=True)
    times: list[float] = []
    async with editing("say", Editor()) as agent:
        session = await agent.new_session(cwd=str(folder), mcp_servers=[])
        require(bool(session.session_id), "there is no session")
        for number in range(count + 5):
            started = time.perf_counter()
            mode = ("ask", "auto-edit")[number % 2]
            await agent.set_session_mode(session_id=session.session_id, mode_id=mode)
            times.append((time.perf_counter() - started) * 1000)
    return times[5:]
