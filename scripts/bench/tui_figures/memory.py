"""How much memory a very long conversation takes."""

import subprocess
import sys
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from tui_bench import TuiBench

ENTRIES = 10_000
MEGABYTE = 1e6
MOST_MEGABYTES = 100
SCRIPT = Path(__file__).parents[1] / "own_conversation.py"


def measure_memory(bench: TuiBench) -> list[Figure]:
    """The growth of a process whose conversation grows, and is then read from end to beginning."""
    entries = bench.few(ENTRIES, 100)
    command = [sys.executable, str(SCRIPT), str(entries)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    growth, added, again = (float(word) for word in told.split())
    require(added == entries, f"only {added:.0f} entries were added")
    return [
        Figure(
            f"memory growth at {ENTRIES:,} entries",
            growth / MEGABYTE,
            "MB",
            target=Target("at most", MOST_MEGABYTES),
            note="resident memory of a process of its own whose view has followed the end;"
            f" after scrolling from the end to the beginning {again / MEGABYTE:.0f} MB",
        )
    ]
