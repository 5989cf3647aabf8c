"""A replay in which every answer is a tool call and every message a result."""

import asyncio

from figure import Bench, Figure
from replaying import Script, replay

from figures.replay import read_figure, time_figure


def measure_call_replay(bench: Bench) -> list[Figure]:
    """llama-server is given the calls as messages, which its template renders anew; our client
    knows the tokens that were written."""
    run = asyncio.run(replay(bench, bench.model, "calls", Script(calling=True)))
    figures = [read_figure("tokens read / new, tool-call turns", run, 1.02)]
    if bench.llama_server is not None:
        figures.append(time_figure("first token, tool-call turns", run, ("append",), 0.85))
    return figures
