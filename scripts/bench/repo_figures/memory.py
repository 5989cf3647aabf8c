"""How much memory the work takes on this tree, with all processes that it starts."""

import json
import resource
import sys

from bench_run import require
from figure import Figure, Target
from repo_bench import RepoBench
from watched import run_watched

from repo_figures.map import own_command, own_task, tasks

BOUND = 300
MEGABYTE = 1e6


def measure_memory(bench: RepoBench) -> list[Figure]:
    """A cold and a warm map, watched; and this process, which has done what was measured before."""
    root, task = bench.copy("memory"), tasks(bench.files())[0]
    cache = bench.folder / "memory-cache"
    cache.mkdir()
    text = json.dumps(own_task(root, cache, task))
    cold, warm = run_watched(own_command(), text), run_watched(own_command(), text)
    require("map" in cold.output and "map" in warm.output, "no map was made")
    figures = [
        Figure(
            f"peak memory of a map, {name}",
            watched.peak / MEGABYTE,
            "MB",
            target=Target("at most", BOUND),
            note="the process and those that it started, shared pages once",
        )
        for name, watched in (("cold", cold), ("warm", warm))
        if watched.peak
    ]
    # In KiB on Linux, in bytes on macOS.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    own = own if sys.platform == "darwin" else own * 1024
    return [
        *figures,
        Figure(
            "peak memory of the other figures",
            own / MEGABYTE,
            "MB",
            target=Target("at most", BOUND),
            note="this very process: search, definitions, rename and undo, with the checks of all",
        ),
    ]
