"""What is searched for in files and what is found, the same for every way of searching."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from inhouse_tools.places.file_pattern import FilePattern
from inhouse_tools.places.listing import Start

MAX_HITS_IN_FILE = 500
"""More of one file are not looked for."""
MAX_HITS = 2_000
"""More are not kept."""
MAX_FILE_BYTES = 10_000_000
"""Larger files are passed over, unless one is named."""


@dataclass(frozen=True, slots=True)
class Query:
    """A regular expression in Python's syntax, and the files that it is sought in.

    They are those of `start` that match `files`, or only the file `single` in the folder
    `start.top`. `context` lines are wanted around each hit; with `counts` only how many hits each
    file has.
    """

    pattern: str
    start: Start
    files: FilePattern | None = None
    single: str = ""
    context: int = 0
    counts: bool = False

    @property
    def folder(self) -> Path:
        """The folder that names of files are relative to."""
        return self.start.top


@dataclass(frozen=True, slots=True)
class Line:
    """A line that matches, or one near it. `number` is from 1."""

    number: int
    text: str
    hit: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """Lines by file, or only how many match; files relative to the query's folder, sorted.

    `stopped` says why there may be more.
    """

    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict[str, tuple[Line, ...]])
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    stopped: Literal["", "time", "many"] = ""


def bounded(lines: Mapping[str, list[Line]], stopped: Literal["", "time", "many"]) -> Found:
    """The files in order, as far as `MAX_HITS` reach."""
    kept: dict[str, tuple[Line, ...]] = {}
    room = MAX_HITS
    for name in sorted(lines):
        if room <= 0:
            return Found(kept, stopped=stopped or "many")
        hits = sum(line.hit for line in lines[name])
        kept[name] = tuple(lines[name]) if hits <= room else _first(lines[name], room)
        stopped = stopped if hits <= room else stopped or "many"
        room -= hits
    return Found(kept, stopped=stopped)


def _first(lines: list[Line], hits: int) -> tuple[Line, ...]:
    """The lines up to so many hits."""
    places = [place for place, line in enumerate(lines) if line.hit]
    return tuple(lines[: places[hits - 1] + 1])
