"""The tool that reads a file, a folder or a kept output."""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools.documentation import page
from inhouse_tools.places.listing import list_files
from inhouse_tools.places.paths import Place, resolve
from inhouse_tools.reading.handles import is_handle
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import open_place, plural

MAX_LINE_CHARACTERS = 2000
MAX_ENTRIES = 300


class ReadArgs(BaseModel):
    """Which lines of what."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    offset: int = Field(1, ge=1, description="first line")
    limit: int = Field(2000, ge=1, description="number of lines")


def access(args: ReadArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The file that is read; a kept output touches nothing."""
    if is_handle(args.file_path):
        return ()
    place = resolve(args.file_path, workspace)
    return () if isinstance(place, Refusal) else (place.access("read"),)


async def run(args: ReadArgs, workspace: Workspace) -> Output:
    """The lines as they stand in the file, unnumbered, so that they can be copied."""
    place = resolve(args.file_path, workspace)
    if isinstance(place, Refusal):
        return place.output()
    if is_handle(args.file_path) and not place.path.exists():
        return _kept_output(args, workspace)
    try:
        if place.path.is_dir():
            return _folder(place)
    except OSError as error:
        return Output(f"Cannot read {place.name}: {error.strerror}.", failed=True)
    opened = open_place(place, workspace)
    if isinstance(opened, Refusal):
        return opened.output()
    output = _page(place.name, opened.document.text, args, workspace.max_output_chars)
    if output.failed:
        return output
    sha256 = workspace.seen[place.name] = opened.content.sha256
    return replace(output, show={**output.show, "sha256": sha256})


def _kept_output(args: ReadArgs, workspace: Workspace) -> Output:
    text = workspace.handles.get(args.file_path)
    if text is None:
        return Output(f"{args.file_path} is no longer kept. Run the call again.", failed=True)
    return _page(args.file_path, text, args, workspace.max_output_chars)


def _page(name: str, text: str, args: ReadArgs, limit: int) -> Output:
    """As many whole lines from the offset on as fit in `limit` characters."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        return Output(f"{name} is empty.", show={"path": name, "lines": 0})
    if args.offset > len(lines):
        return Output(
            f"{name} has only {plural(len(lines), 'line')}. Use a smaller offset.", failed=True
        )
    taken: list[str] = []
    shortened: list[int] = []
    size = 0
    for number, line in enumerate(lines[args.offset - 1 :][: args.limit], start=args.offset):
        size += min(len(line), MAX_LINE_CHARACTERS) + 1
        if taken and size > limit:
            break
        if len(line) > MAX_LINE_CHARACTERS:
            shortened.append(number)
        taken.append(line[:MAX_LINE_CHARACTERS])
    last = args.offset + len(taken) - 1
    head = f"{name}, lines {args.offset}-{last} of {len(lines)}:"
    notes = [
        f"[line {number} goes on: it has {len(lines[number - 1])} characters]"
        for number in shortened[:5]
    ]
    if last < len(lines):
        notes.append(f"[{plural(len(lines) - last, 'more line')}: read with offset={last + 1}]")
    return Output(
        "\n".join([head, *taken, *notes]),
        show={"path": name, "lines": len(taken), "cut": len(lines) - last},
    )


def _folder(place: Place) -> Output:
    """What is right in a folder: files, and folders with the number of files below them."""
    listing = list_files(place.path)
    counts: dict[str, int] = {}
    for file in listing.files:
        first, slash, _rest = file.partition("/")
        counts[first + slash] = counts.get(first + slash, 0) + 1
    entries = [
        f"{entry} ({plural(count, 'file')})" if entry.endswith("/") else entry
        for entry, count in sorted(counts.items())
    ]
    more = [f"[{len(entries) - MAX_ENTRIES} more]"] if len(entries) > MAX_ENTRIES else []
    head = f"{place.name}/ is a folder:" if entries else f"{place.name}/ is an empty folder."
    return Output("\n".join([head, *entries[:MAX_ENTRIES], *more]), show={"path": place.name})


TOOL = Tool("read", page("read").description, ReadArgs, access, run, page("read").brief)
