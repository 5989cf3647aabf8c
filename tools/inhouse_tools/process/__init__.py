"""Running programs, each in its own process group, with a time limit and bounded output.

`run` keeps what a program says, `collect` takes all of it, `open_pipe` speaks with one that goes
on, `hand_over` gives it the terminal. They start it through the runner when there is one.
"""

from inhouse_tools.process.environment import scrubbed
from inhouse_tools.process.output import KEPT_BYTES, MAX_BYTES
from inhouse_tools.process.pipe import Pipe, open_pipe
from inhouse_tools.process.running import Collected, Result, collect, run
from inhouse_tools.process.terminal import hand_over
from inhouse_tools.process.watch import OpenWatch, Watch

__all__ = [
    "KEPT_BYTES",
    "MAX_BYTES",
    "Collected",
    "OpenWatch",
    "Pipe",
    "Result",
    "Watch",
    "collect",
    "hand_over",
    "open_pipe",
    "run",
    "scrubbed",
]
