"""The tool that searches file contents."""

import asyncio
import re
import warnings

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools.documentation import page
from inhouse_tools.places.file_pattern import FilePattern, file_pattern
from inhouse_tools.places.listing import Start, find_start
from inhouse_tools.places.paths import Place, missing, resolve
from inhouse_tools.refusal import Refusal
from inhouse_tools.search import ripgrep, scanning
from inhouse_tools.search.answer import Naming, answer_counts, answer_lines
from inhouse_tools.search.query import Found, Query
from inhouse_tools.search.staged import contents_in, search_over
from inhouse_tools.tool import Access, Output, Tool, Workspace

MAX_CONTEXT = 10
SECONDS = 20.0


class GrepArgs(BaseModel):
    """What to search for and where."""

    model_config = ConfigDict(extra="forbid")

    pattern: str
    path: str = "."
    glob: str | None = Field(default=None, description="such as *.py")
    context: int | None = Field(default=None, json_schema_extra={"large": True})
    count: bool | None = Field(default=None, json_schema_extra={"large": True})


def access(args: GrepArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The folder or file that is searched."""
    place = resolve(args.path or ".", workspace)
    return () if isinstance(place, Refusal) else (place.access("read"),)


async def run(args: GrepArgs, workspace: Workspace) -> Output:
    """The lines that match, as `file:line: text`, or how many each file has."""
    place = resolve(args.path or ".", workspace)
    if isinstance(place, Refusal):
        return place.output()
    if not args.pattern:
        return Output("pattern is empty.", failed=True)
    files = file_pattern(args.glob) if args.glob else None
    if args.glob and files is None:
        text = f"{args.glob} is not a file pattern. Write it like *.py or src/**/*.ts."
        return Output(text, failed=True)
    pattern, note = _pattern(args.pattern)
    query = await asyncio.to_thread(_query, args, pattern, files, place, workspace)
    if isinstance(query, Refusal):
        return query.output()
    found = await _search(query, workspace)
    if isinstance(found, Refusal):
        return found.output()
    if found.stopped == "time":
        note += f"\n[stopped after {SECONDS:.0f} seconds: use a simpler pattern or a smaller path]"
    elif found.stopped:
        note += "\n[there are more hits: use a narrower pattern, path or glob]"
    answer = answer_counts if query.counts else answer_lines
    return answer(args.pattern, found, note, Naming(query.folder, workspace))


def _pattern(text: str) -> tuple[str, str]:
    """The pattern, taken as plain text when it is no regular expression."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return re.escape(text), "\n[the pattern is no regular expression: searched as plain text]"
    return text, ""


def _query(
    args: GrepArgs, pattern: str, files: FilePattern | None, place: Place, workspace: Workspace
) -> Query | Refusal:
    context, counts = min(max(args.context or 0, 0), MAX_CONTEXT), bool(args.count)
    path = place.path
    if path.is_file() or (workspace.overlay and workspace.overlay.find(path)):
        start = Start(path.parent, "", False, ())
        return Query(pattern, start, None, path.name, context, counts)
    if not path.is_dir():
        return missing(place.name, workspace)
    base = place.base or path
    start = find_start(base, "" if path == base else path.relative_to(base).as_posix())
    return Query(pattern, start, files, "", context, counts)


async def _search(query: Query, workspace: Workspace) -> Found | Refusal:
    """By ripgrep where there is one that knows the pattern, else by a scan of our own."""
    if not query.folder.is_dir():
        return await search_over(Found(), query, contents_in(query.folder, workspace), SECONDS)
    program = ripgrep.find_ripgrep((workspace.root, *workspace.extra))
    found = await ripgrep.search(program, query, SECONDS) if program else None
    found = found or await scanning.search(query, SECONDS)
    staged = contents_in(query.folder, workspace)
    if not staged or isinstance(found, Refusal):
        return found
    return await search_over(found, query, staged, SECONDS)


TOOL = Tool("grep", page("grep").description, GrepArgs, access, run, page("grep").brief)
