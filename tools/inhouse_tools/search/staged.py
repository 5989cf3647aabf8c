"""Searching files as they will be: what is staged stands over what is on disk."""

import asyncio
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from inhouse_tools.places.listing import Start
from inhouse_tools.refusal import Refusal
from inhouse_tools.search import scanning
from inhouse_tools.search.query import Found, Query, bounded
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.overlay import Overlay


def staged_in(folder: Path, overlay: Overlay | None) -> dict[str, bytes | None]:
    """Files below a folder that are staged, by path relative to it; None for a deleted one."""
    changes = overlay.changes if overlay else ()
    return _below(folder, {file.path: file.after for file in changes})


def contents_in(folder: Path, workspace: Workspace) -> dict[str, bytes | None]:
    """The same with files whose text stands unsaved in the person's editor."""
    unsaved = _below(folder, workspace.buffers)
    return {**unsaved, **staged_in(folder, workspace.overlay)}


def _below(folder: Path, files: Mapping[Path, bytes | None]) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): raw
        for path, raw in files.items()
        if path.is_relative_to(folder)
    }


def names_now(names: Iterable[str], staged: Mapping[str, bytes | None]) -> list[str]:
    """Names of files with those that are staged and without those that will be deleted."""
    kept = {name for name in names if staged.get(name, b"") is not None}
    return sorted({*kept, *(name for name, raw in staged.items() if raw is not None)})


async def search_over(
    found: Found, query: Query, staged: Mapping[str, bytes | None], seconds: float
) -> Found | Refusal:
    """What was found on disk, with what stands in staged files in place of theirs."""
    wanted = {name: raw for name, raw in staged.items() if raw is not None and _means(query, name)}
    with tempfile.TemporaryDirectory(prefix="inhouse-") as folder:
        await asyncio.to_thread(_lay_out, Path(folder), wanted)
        start = Start(Path(folder), "", False, ())
        over = await scanning.search(replace(query, start=start, files=None), seconds)
    if isinstance(over, Refusal):
        return over
    stopped = found.stopped or over.stopped
    if query.counts:
        counts = {name: count for name, count in found.counts.items() if name not in staged}
        return Found(counts=counts | dict(over.counts), stopped=stopped)
    lines = {name: list(some) for name, some in found.lines.items() if name not in staged}
    return bounded(lines | {name: list(some) for name, some in over.lines.items()}, stopped)


def _means(query: Query, name: str) -> bool:
    """Whether a query is about a file."""
    if query.single:
        return name == query.single
    inside = query.start.inside
    return name.startswith(inside) and (
        query.files is None or bool(query.files.select([name[len(inside) :]]))
    )


def _lay_out(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
