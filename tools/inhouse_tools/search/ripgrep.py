"""Searching with the program rg, run so that it sees the same files as `list_files`."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from inhouse_tools import process
from inhouse_tools.places.listing import ENVIRONMENT_MARK, SKIPPED
from inhouse_tools.refusal import Refusal
from inhouse_tools.search import scan
from inhouse_tools.search.query import (
    MAX_FILE_BYTES,
    MAX_HITS_IN_FILE,
    Found,
    Line,
    Query,
    bounded,
)
from inhouse_tools.search.rust_regex import rust_regex

MAX_OUTPUT_BYTES: Final = 8_000_000
"""When rg has written this much, it is stopped: nobody reads so many hits."""
MAX_COLUMN_BYTES: Final = 1_000
"""Longer lines are not written by rg; they are read from the file, as far as they are shown."""
NO_HIT = 1
QUICK_SECONDS: Final = 1.0
_slow: Final[set[Path]] = set()
"""Folders in which a search took longer: there may be very large files."""

_OPTIONS: Final = (
    # Nothing from the person's configuration, and nothing but the file names and lines.
    *("--no-config", "--no-messages", "--color=never", "--no-heading", "--with-filename", "--null"),
    *("--no-context-separator", "--line-number", "--column", "--crlf", "--no-mmap"),
    *("--hidden", "--no-ignore-parent", "--no-ignore-global", "--no-ignore-dot"),
    f"--max-columns={MAX_COLUMN_BYTES}",
    *(f"--glob=!{name}" for name in sorted(SKIPPED)),
)
# A hit with its column, or a line near one.
_ROW = re.compile(rb"(\d+)(?::(\d+):|-)([^\n]*)")
_Row = tuple[int, int, bytes]
"""The number of a line, the column of the hit from 1 or 0 for none, and the text."""
_OMITTED = re.compile(rb"\[Omitted long (?:context line|matching line|line with \d+ matches)\]")
_BINARY = re.compile(
    rb"(.*?): (?:WARNING: stopped searching binary file after match|binary file matches)"
    rb" \(found .* byte around offset \d+\)\n"
)
# What has a meaning in an ignore file; a name with such a letter is not handed over in one.
_WILD = re.compile(r"[*?\[\]{}\\!#\s]")


def find_ripgrep(folders: Iterable[Path]) -> Path | None:
    """The program that was installed with inhouse, or one of PATH; never one in these folders,
    where whoever wrote the repository may have put it."""
    inside = [folder.resolve() for folder in folders]
    search = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in (Path(sys.prefix) / "bin", *map(Path, search)):
        program = folder / "rg"
        if not folder.is_absolute() or not os.access(program, os.X_OK) or not program.is_file():
            continue
        places = (folder.resolve(), program.resolve())
        if not any(place.is_relative_to(base) for base in inside for place in places):
            return program
    return None


async def search(program: Path, query: Query, seconds: float) -> Found | None:
    """What rg finds; None when it cannot search for this, or not there."""
    pattern = rust_regex(query.pattern)
    rules = _rules_for(query)
    if pattern is None or rules is None:
        return None
    with _ignore_file(rules) as chosen:
        command = [str(program), *_OPTIONS, *chosen, *_wishes(query)]
        sought = ["--", pattern, f"./{query.single}"]
        ran = await _search(command, sought, query, seconds)
    return await asyncio.to_thread(_read_output, ran, query) if ran else None


async def _search(
    command: Sequence[str], sought: Sequence[str], query: Query, seconds: float
) -> process.Collected | None:
    """Looks into files of any size first: to ask each for its size takes a tenth of the time."""
    if not query.single and query.folder not in _slow:
        limit = min(QUICK_SECONDS, seconds)
        ran = await _output_of([*command, *sought], query.folder, limit)
        if ran is None or ran.stopped != "time":
            return ran
        _slow.add(query.folder)
        seconds -= limit
    if not query.single:
        command = [*command, f"--max-filesize={MAX_FILE_BYTES}"]
    return await _output_of([*command, *sought], query.folder, seconds)


@contextmanager
def _ignore_file(rules: Sequence[str]) -> Generator[list[str]]:
    """The option that makes rg obey these rules as well."""
    if not rules:
        yield []
        return
    with tempfile.NamedTemporaryFile("w", prefix="inhouse-", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in rules))
        file.flush()
        yield [f"--ignore-file={file.name}"]


async def _output_of(command: list[str], folder: Path, seconds: float) -> process.Collected | None:
    """What rg writes until it ends or must be ended; None when it failed, and said nothing."""
    ran = await process.collect(command, cwd=folder, timeout=seconds, most_bytes=MAX_OUTPUT_BYTES)
    if isinstance(ran, Refusal):
        return None
    if ran.stopped:
        # The last line is torn.
        return replace(ran, output=ran.output[: ran.output.rfind(b"\n") + 1])
    return ran if ran.output or ran.exit_code == NO_HIT else None


def _wishes(query: Query) -> list[str]:
    """The options that this query needs."""
    wishes = [] if query.start.repository else ["--no-require-git"]
    if query.counts:
        wishes.append("--count")
    else:
        wishes += [f"--max-count={MAX_HITS_IN_FILE}", f"--context={query.context}"]
    return wishes


def _rules_for(query: Query) -> list[str] | None:
    """Lines of an ignore file that leave no more than the wanted files, or a few others; None when
    they cannot be written down.

    They count less than those of the repository: what it keeps by a rule with `!` is seen as well.
    """
    if query.single:
        return []
    rules: list[str] = []
    wanted, inside = query.files, query.start.inside
    if wanted is not None and not wanted.excludes:
        if any(_WILD.search(line.replace("*", "").replace("?", "")) for line in wanted.lines):
            return None
        # With a slash inside it counts from the folder that is searched, else from anywhere.
        lines = [
            f"/{inside}{line.removeprefix('/')}" if "/" in line.removesuffix("/") else f"**/{line}"
            for line in wanted.lines
        ]
        below = [f"{line.removesuffix('/')}/**" for line in lines]
        rules = ["*", "!*/", *(f"!{line}" for line in [*lines, *below])]
    parts = inside.split("/")[:-1]
    if any(_WILD.search(part) or not part.isprintable() for part in parts):
        return None
    folder = ""
    for part in parts:
        rules += [f"{folder}/*", f"!{folder}/{part}/"]
        folder += f"/{part}"
    return rules


def _read_output(ran: process.Collected, query: Query) -> Found:
    """The hits in what rg wrote: a path, a NUL, a line, and again."""
    rows: dict[bytes, list[_Row]] = {}
    counts: dict[bytes, int] = {}
    binary: set[bytes] = set()
    before, *records = ran.output.split(b"\0")
    path = _next_path(before, binary)
    for record in records:
        end = record.find(b"\n")
        if query.counts:
            counts[path] = int(record[:end])
        elif row := _ROW.match(record):
            number, column, text = row.groups()
            column = int(column) if column else 0
            rows.setdefault(path, []).append((int(number), column, text.rstrip(b"\r")))
        path = _next_path(record[end + 1 :], binary)
    names = _wanted(
        {os.fsdecode(it)[2:]: it for it in {**rows, **counts} if it not in binary}, query
    )
    if query.counts:
        found_counts = {name: counts[names[name]] for name in sorted(names)}
        return Found(counts=found_counts, stopped=ran.stopped)
    kept = {name: _lines_of(query.folder, name, rows[raw]) for name, raw in names.items()}
    return bounded(kept, ran.stopped)


def _next_path(text: bytes, binary: set[bytes]) -> bytes:
    """The path at the end of text that may say of other files that they are binary."""
    while b"\n" in text and (said := _BINARY.match(text)):
        binary.add(said[1])
        text = text[said.end() :]
    return text


def _wanted(names: dict[str, bytes], query: Query) -> dict[str, bytes]:
    """Without those that rg was not able to leave out."""
    if query.single:
        return names
    inside = [name for name in names if name.startswith(query.start.inside)]
    if query.files is not None:
        shown = len(query.start.inside)
        chosen = set(query.files.select(name[shown:] for name in inside))
        inside = [name for name in inside if name[shown:] in chosen]
    known: dict[str, bool] = {query.start.inside.rstrip("/"): False, "": False}

    def in_environment(folder: str) -> bool:
        if folder not in known:
            mark = query.folder / folder / ENVIRONMENT_MARK
            known[folder] = in_environment(folder.rpartition("/")[0]) or mark.exists()
        return known[folder]

    return {
        name: names[name]
        for name in inside
        if not in_environment(name.rpartition("/")[0]) and not _is_large(query.folder / name)
    }


def _is_large(file: Path) -> bool:
    try:
        return file.stat().st_size > MAX_FILE_BYTES
    except OSError:
        return False


def _lines_of(folder: Path, name: str, rows: list[_Row]) -> list[Line]:
    """The lines of one file, each with the part of it that is shown."""
    long = {number for number, _column, raw in rows if _OMITTED.fullmatch(raw)}
    whole = scan.lines_at(folder / name, long) if long else {}
    lines: list[Line] = []
    for number, column, raw in rows:
        text = whole.get(number)
        if text is None:
            text = raw.decode("utf-8", "replace")
        if len(text) > scan.MAX_LINE_CHARACTERS:
            before = text.encode("utf-8", "replace")[: max(0, column - 1)]
            text = scan.window(text, len(before.decode("utf-8", "ignore")))
        lines.append(Line(number, text, column > 0))
    return lines
