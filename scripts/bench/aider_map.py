"""Makes aider's repository map once; run by aider's own Python, see repo_figures/map.py.

Standard input is JSON: root, files, chat, words, tokens. The answer on the last line is JSON, too:
seconds for the imports and for the map, and the map.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


class Counter:
    """Counts tokens as both sides do, so that none waits for a tokenizer from the network."""

    def token_count(self, text: str) -> int:
        """A quarter of the characters."""
        return len(text) // 4


class Screen:
    """What aider reads and says its things with."""

    def read_text(self, name: str) -> str:
        """The text of a file, as aider reads it."""
        return Path(name).read_text(encoding="utf-8", errors="replace")

    def tool_output(self, *said: Any) -> None:
        """What it says is kept on standard error."""
        print(*said, file=sys.stderr)

    tool_warning = tool_error = tool_output


def main() -> None:
    """Make the map and tell how long it took."""
    task = json.loads(sys.stdin.read())
    began = time.perf_counter()
    module = importlib.import_module("aider.repomap")
    imported = time.perf_counter()
    root = Path(task["root"])
    chat = [str(root / name) for name in task["chat"]]
    others = [str(root / name) for name in task["files"] if name not in task["chat"]]
    maker = module.RepoMap(
        map_tokens=task["tokens"], root=str(root), main_model=Counter(), io=Screen()
    )
    text = maker.get_repo_map(chat, others, mentioned_idents=set(task["words"])) or ""
    ended = time.perf_counter()
    answer = {"import": imported - began, "seconds": ended - imported, "map": text}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
