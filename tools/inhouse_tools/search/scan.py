"""A program of its own, run by the grep tool where there is no ripgrep: it searches files.

It is a child process because a regular expression can run for ever and cannot be interrupted.
Standard input is JSON, a `Task`. Each line of the answer is JSON too: file, line number, text and
whether the line is a hit; or, when only counts are wanted, file and number of hits.
"""

import codecs
import json
import re
import sys
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypedDict

MAX_LINE_CHARACTERS = 300
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Task(TypedDict):
    """What to search: `files` are below `root`, those of more than `max_bytes` are passed over.

    `hits` is the most in one file and `all_hits` the most of all; `context` lines are told around
    each.
    """

    root: str
    files: list[str]
    pattern: str
    context: int
    counts: bool
    hits: int
    all_hits: int
    max_bytes: int


class BinaryFileError(Exception):
    """A file holds a NUL."""


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file without their ends, as far as they can be read."""
    with path.open("rb") as file:
        head = file.read(3)
        file.seek(0)
        if head.startswith(UTF16):
            lines = file.read().decode("utf-16", "replace").split("\n")
            yield from lines[:-1] if lines[-1] == "" else lines
            return
        file.seek(3 if head == codecs.BOM_UTF8 else 0)
        for raw in file:
            if b"\0" in raw:
                raise BinaryFileError
            yield raw.removesuffix(b"\n").decode("utf-8", "replace")


def lines_at(path: Path, numbers: Collection[int]) -> dict[int, str]:
    """Some lines of a file, as far as they are there."""
    found: dict[int, str] = {}
    try:
        for number, line in enumerate(lines_of(path), start=1):
            if number in numbers:
                found[number] = line.rstrip("\r")
                if len(found) == len(numbers):
                    break
    except (OSError, BinaryFileError):
        return {}
    return found


def window(text: str, at: int) -> str:
    """A line, or of a long one the part around a place."""
    start = max(0, at - MAX_LINE_CHARACTERS // 2) if len(text) > MAX_LINE_CHARACTERS else 0
    return text[start : start + MAX_LINE_CHARACTERS]


def search_file(path: Path, pattern: re.Pattern[str], task: Task) -> list[tuple[int, str, bool]]:
    """Number, text and whether it is a hit, of the lines to tell."""
    told: list[tuple[int, str, bool]] = []
    before: deque[tuple[int, str, bool]] = deque(maxlen=task["context"])
    after = hits = 0
    for number, line in enumerate(lines_of(path), start=1):
        text = line.rstrip("\r")
        hit = pattern.search(text) if hits < task["hits"] else None
        if hit is not None:
            told += before
            before.clear()
            told.append((number, window(text, hit.start()), True))
            hits += 1
            after = task["context"]
        elif after:
            told.append((number, window(text, 0), False))
            after -= 1
        else:
            before.append((number, window(text, 0), False))
            if hits >= task["hits"]:
                break
    return told


def count_in_file(path: Path, pattern: re.Pattern[str]) -> int:
    """How many lines match."""
    return sum(pattern.search(line.rstrip("\r")) is not None for line in lines_of(path))


def main() -> None:
    """Search, and write one line per hit or file."""
    task: Task = json.loads(sys.stdin.buffer.read())
    pattern = re.compile(task["pattern"])
    room = task["all_hits"]
    for name in task["files"]:
        path = Path(task["root"], name)
        try:
            if path.stat().st_size > task["max_bytes"]:
                continue
            if task["counts"]:
                count = count_in_file(path, pattern)
                rows = [[name, count]] if count else []
            else:
                told = search_file(path, pattern, task)
                room -= sum(hit for _number, _text, hit in told)
                rows = [[name, *line] for line in told]
        except (OSError, BinaryFileError):
            continue
        if rows:
            sys.stdout.write("".join(json.dumps(row) + "\n" for row in rows))
            sys.stdout.flush()
        if room < 0:
            return


if __name__ == "__main__":
    main()
