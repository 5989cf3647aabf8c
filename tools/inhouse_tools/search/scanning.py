"""Searching without ripgrep, or for what it does not know: the program `scan` and its answer."""

import asyncio
import json
import sys
from typing import Any, cast

from inhouse_tools import process
from inhouse_tools.places.listing import list_files
from inhouse_tools.refusal import Refusal
from inhouse_tools.search import scan
from inhouse_tools.search.query import (
    MAX_FILE_BYTES,
    MAX_HITS,
    MAX_HITS_IN_FILE,
    Found,
    Line,
    Query,
    bounded,
)

KEPT_BYTES = 16_000_000


async def search(query: Query, seconds: float) -> Found | Refusal:
    """What a child process finds that reads every file."""
    task: scan.Task = {
        "root": str(query.folder),
        "files": [query.single] if query.single else await asyncio.to_thread(_files, query),
        "pattern": query.pattern,
        "context": query.context,
        "counts": query.counts,
        "hits": MAX_HITS_IN_FILE,
        "all_hits": MAX_HITS,
        "max_bytes": sys.maxsize if query.single else MAX_FILE_BYTES,
    }
    result = await process.run(
        [sys.executable, "-I", "-S", "-W", "ignore", scan.__file__],
        cwd=query.folder,
        timeout=seconds,
        stdin=json.dumps(task).encode(),
        kept_bytes=KEPT_BYTES,
    )
    if isinstance(result, Refusal):
        return result
    if result.exit_code != 0 and not result.timed_out:
        return Refusal(f"The search failed: {result.output.strip()[-300:]}")
    rows = [
        cast("list[Any]", json.loads(line))
        for line in result.output.split("\n")
        if line.startswith("[") and line.endswith("]")
    ]
    stopped = "time" if result.timed_out else ""
    if query.counts:
        return Found(counts={str(name): int(count) for name, count in rows}, stopped=stopped)
    lines: dict[str, list[Line]] = {}
    for name, number, text, hit in rows:
        lines.setdefault(name, []).append(Line(number, text, hit))
    return bounded(lines, stopped)


def _files(query: Query) -> list[str]:
    """The files to scan; links are left out, their targets are in the listing or outside."""
    inside = query.start.inside
    names = list_files(query.folder, under=inside.removesuffix("/")).files
    if query.files is not None:
        begin = len(inside)
        names = [inside + name for name in query.files.select(name[begin:] for name in names)]
    return [name for name in names if not (query.folder / name).is_symlink()]
