"""Makes our repository map once, in a process of its own, see repo_figures/map.py.

Standard input is JSON: root, cache, chat, words, tokens. The answer on the last line is JSON, too:
seconds for the imports and for the map, and the map.
"""

import asyncio
import importlib
import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Bring the index up to date, make the map and tell how long both took."""
    task = json.loads(sys.stdin.read())
    began = time.perf_counter()
    index_module = importlib.import_module("inhouse_tools.index.repository_index")
    map_module = importlib.import_module("inhouse_tools.repository_map")
    imported = time.perf_counter()
    index = index_module.RepositoryIndex(Path(task["root"]), Path(task["cache"]))
    asyncio.run(index.refresh())
    refreshed = time.perf_counter()
    text = map_module.repository_map(index, task["words"], task["chat"], task["tokens"])
    ended = time.perf_counter()
    answer = {
        "import": imported - began,
        "seconds": ended - imported,
        "refresh": refreshed - imported,
        "map": text,
    }
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
