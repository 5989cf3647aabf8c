"""A program of its own, run by the grep tool: it searches files for a regular expression.

It is a child process because a regular expression can run for ever and cannot be interrupted.
Standard input is JSON: root, files, pattern, limit. Each line of the answer is JSON too: file,
line number and text.
"""

import codecs
import json
import re
import sys
from pathlib import Path
from typing import TypedDict

MAX_BYTES = 10_000_000
MAX_LINE_CHARACTERS = 300
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Task(TypedDict):
    """What to search: `files` are below `root`, `limit` is the most hits to answer."""

    root: str
    files: list[str]
    pattern: str
    limit: int


def text_of(path: Path) -> str:
    """A file's text as far as it can be read, or "" for binary and very large files."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return ""
        raw = path.read_bytes()
    except OSError:
        return ""
    if raw.startswith(UTF16):
        return raw.decode("utf-16", "replace")
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8-sig", "replace")


def main() -> None:
    """Search, and write one line per hit."""
    task: Task = json.loads(sys.stdin.buffer.read())
    pattern = re.compile(task["pattern"])
    found = 0
    for name in task["files"]:
        for number, line in enumerate(text_of(Path(task["root"], name)).split("\n"), start=1):
            text = line.rstrip("\r")
            hit = pattern.search(text)
            if hit is None:
                continue
            start = max(0, hit.start() - MAX_LINE_CHARACTERS // 2)
            start = start if len(text) > MAX_LINE_CHARACTERS else 0
            shown = text[start : start + MAX_LINE_CHARACTERS]
            sys.stdout.write(json.dumps([name, number, shown]) + "\n")
            sys.stdout.flush()
            found += 1
            if found >= task["limit"]:
                return


if __name__ == "__main__":
    main()
