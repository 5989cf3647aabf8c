"""Small tasks for tests, made where a test wants them, and the server that solves them."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.scripted_server import Answer, call, say

REPOSITORY = {"answer.txt": "wrong\n", "kept.txt": "kept\n"}
CHECK = "python3 look.py"
LOOK = "import sys; sys.exit(open('answer.txt').read() != 'right\\n')\n"


def write_task(folder: Path, name: str, **keys: Any) -> Path:
    """A task that is solved when answer.txt says right; `keys` are those of its task.toml."""
    task = folder / name
    (task / "repo").mkdir(parents=True)
    (task / "check").mkdir()
    for file, text in REPOSITORY.items():
        (task / "repo" / file).write_text(text, "utf-8")
    (task / "check" / "look.py").write_text(LOOK, "utf-8")
    wanted = {"prompt": f"Write right into answer.txt ({name}).", "check": CHECK, **keys}
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in wanted.items()]
    (task / "task.toml").write_text("".join(lines), "utf-8")
    return task


def solving(text: str = "right\n") -> tuple[Answer, ...]:
    """The answers of a model that writes this into answer.txt."""
    read = call("read", json.dumps({"file_path": "answer.txt"}))
    write = call("write", json.dumps({"file_path": "answer.txt", "content": text}))
    return read, write, say("Done.")
