"""Makes aider's repository map once; run by aider's own Python, see repo_figures/map.py.

Standard input is JSON: root, files, chat, words, tokens, and depth, to which Python may go deeper
than it does by itself (0 leaves that alone). The answer on the last line is JSON, too: seconds for
the imports and for the map, the map, and where it is empty the problem.
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
    """What aider reads and says its things with; `file` was read last, `problem` is its error."""

    def __init__(self) -> None:
        self.file = self.problem = ""

    def read_text(self, name: str) -> str:
        """The text of a file, as aider reads it."""
        self.file = name
        return Path(name).read_text(encoding="utf-8", errors="replace")

    def tool_output(self, *said: Any) -> None:
        """What it says is kept on standard error."""
        print(*said, file=sys.stderr)

    tool_warning = tool_output

    def tool_error(self, said: str) -> None:
        """Its errors are kept with the file that it had in hand."""
        self.tool_output(said)
        self.problem = f"{said!r} while it draws {self.file}"


def main() -> None:
    """Make the map and tell how long it took."""
    task = json.loads(sys.stdin.read())
    sys.setrecursionlimit(task["depth"] or sys.getrecursionlimit())
    began = time.perf_counter()
    module = importlib.import_module("aider.repomap")
    imported = time.perf_counter()
    root = Path(task["root"])
    chat = [str(root / name) for name in task["chat"]]
    others = [str(root / name) for name in task["files"] if name not in task["chat"]]
    screen = Screen()
    maker = module.RepoMap(
        map_tokens=task["tokens"], root=str(root), main_model=Counter(), io=screen
    )
    text = maker.get_repo_map(chat, others, mentioned_idents=set(task["words"])) or ""
    ended = time.perf_counter()
    problem = screen.problem.replace(f"{root}/", "")
    answer = {"import": imported - began, "seconds": ended - imported, "map": text}
    answer["problem"] = problem if not text.strip() else ""
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
