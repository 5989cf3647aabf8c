"""The tool that searches file contents."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools import process, scan
from inhouse_tools.changes import plural
from inhouse_tools.documentation import page
from inhouse_tools.listing import list_files, pattern_spec
from inhouse_tools.paths import Place, missing, resolve, spell
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import cut
from inhouse_tools.tool import Access, Output, Tool, Workspace

MAX_HITS = 200
SECONDS = 20.0


class GrepArgs(BaseModel):
    """What to search for and where."""

    model_config = ConfigDict(extra="forbid")

    pattern: str = Field(description="regular expression")
    path: str = "."
    glob: str = Field("", description="such as *.py")


def access(args: GrepArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The folder or file that is searched."""
    place = resolve(args.path or ".", workspace)
    return () if isinstance(place, Refusal) else (place.access("read"),)


async def run(args: GrepArgs, workspace: Workspace) -> Output:
    """The lines that match, as `file:line: text`."""
    place = resolve(args.path or ".", workspace)
    if isinstance(place, Refusal):
        return place.output()
    if not args.pattern:
        return Output("pattern is empty.", failed=True)
    pattern, note = _pattern(args.pattern)
    files = await asyncio.to_thread(_files, place, args.glob, workspace)
    if isinstance(files, Refusal):
        return files.output()
    task = {
        "root": str(workspace.root),
        "files": files,
        "pattern": pattern,
        "limit": MAX_HITS,
    }
    result = await process.run(
        [sys.executable, "-I", "-S", scan.__file__],
        cwd=workspace.root,
        timeout=SECONDS,
        stdin=json.dumps(task).encode(),
    )
    if isinstance(result, Refusal):
        return result.output()
    hits = _hits(result.output)
    if result.timed_out:
        note += f"\n[stopped after {SECONDS:.0f} seconds: use a simpler pattern or a smaller path]"
    elif result.exit_code != 0:
        return Output(f"The search failed: {result.output.strip()[-300:]}", failed=True)
    return _answer(args, hits, note, workspace)


def _pattern(text: str) -> tuple[str, str]:
    """The pattern, taken as plain text when it is no regular expression."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return re.escape(text), "\n[the pattern is no regular expression: searched as plain text]"
    return text, ""


def _files(place: Place, glob: str, workspace: Workspace) -> list[str] | Refusal:
    """The files to search, relative to the root where they are in it."""
    if place.path.is_file():
        return [str(place.path)]
    if not place.path.is_dir():
        return missing(place.name, workspace)
    spec = pattern_spec(glob) if glob else None
    if glob and spec is None:
        return Refusal(f"{glob} is not a file pattern. Write it like *.py or src/**/*.ts.")
    names = [name for name in list_files(place.path).files if spec is None or spec.match_file(name)]
    return [str(place.path / name) for name in names if not (place.path / name).is_symlink()]


def _hits(output: str) -> list[tuple[str, int, str]]:
    hits: list[tuple[str, int, str]] = []
    for line in output.split("\n"):
        if line.startswith("[") and line.endswith("]"):
            name, number, text = cast("tuple[str, int, str]", tuple(json.loads(line)))
            hits.append((name, number, text))
    return hits


def _answer(
    args: GrepArgs, hits: list[tuple[str, int, str]], note: str, workspace: Workspace
) -> Output:
    if not hits:
        return Output(f"No line matches {args.pattern!r}.{note}", show={"lines": 0})
    lines = [f"{_relative(name, workspace)}:{number}: {text}" for name, number, text in hits]
    if len(hits) >= MAX_HITS:
        note += f"\n[only the first {MAX_HITS} hits: use a narrower pattern or path]"
    text = "\n".join(lines)
    shown = cut(text, workspace.max_output_chars)
    if not shown.whole:
        handle = workspace.handles.keep(text)
        note += f"\n[all {plural(len(hits), 'hit')}: read {handle}]"
    body = shown.with_note("") if not shown.whole else text
    return Output(body + note, show={"lines": len(hits), "cut": shown.lines})


def _relative(name: str, workspace: Workspace) -> str:
    path = Path(name)
    inside = path.is_relative_to(workspace.root)
    return spell(path.relative_to(workspace.root).as_posix() if inside else name)


TOOL = Tool("grep", page("grep").description, GrepArgs, access, run, page("grep").brief)
