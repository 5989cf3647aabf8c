"""The tool that reads a file, a folder or a kept output."""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools.documentation import page
from inhouse_tools.documents.kinds import kind_of
from inhouse_tools.documents.notebook_text import NotebookText
from inhouse_tools.places.listing import list_files
from inhouse_tools.places.paths import Place, resolve
from inhouse_tools.reading.documents import (
    about_codec,
    look_at_file,
    read_image,
    read_large,
    read_pdf,
    show_notebook,
    why_no_notebook,
)
from inhouse_tools.reading.handles import is_handle
from inhouse_tools.reading.window import Frame, cut_window, show_window
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import open_place, plural
from inhouse_tools.writing.files import MAX_BYTES

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
    """The lines as they stand in the file, unnumbered, so that they can be copied; of what is no
    plain text what a model can read of it."""
    place = resolve(args.file_path, workspace)
    if isinstance(place, Refusal):
        return place.output()
    frame = Frame(args.offset, args.limit, workspace.max_output_chars)
    if is_handle(args.file_path) and not place.path.exists():
        return _kept_output(args.file_path, frame, workspace)
    try:
        if place.path.is_dir():
            return _folder(place)
        look = look_at_file(place.path)
    except OSError as error:
        return Output(f"Cannot read {place.name}: {error.strerror}.", failed=True)
    kept_here = workspace.overlay is not None and workspace.overlay.find(place.path) is not None
    if look is not None and not kept_here and place.path not in workspace.buffers:
        kind = kind_of(place.name, look.head)
        if kind == "image":
            return await read_image(place, look.size, workspace)
        if kind == "pdf":
            return await read_pdf(place, frame)
        if look.size > MAX_BYTES:
            return await read_large(place, kind, frame)
    return _text(place, frame, workspace)


def _text(place: Place, frame: Frame, workspace: Workspace) -> Output:
    """A file that is small enough to be changed as well, as it is now."""
    opened = open_place(place, workspace)
    if isinstance(opened, Refusal):
        return opened.output()
    document = opened.document
    if isinstance(document, NotebookText):
        output = show_notebook(place.name, opened.content.raw, frame)
    else:
        about = why_no_notebook(place.name, opened.content.raw) or about_codec(document.codec)
        output = show_window(place.name, cut_window(document.text, frame), about)
    if output.failed:
        return output
    sha256 = workspace.seen[place.name] = opened.content.sha256
    return replace(output, show={**output.show, "sha256": sha256})


def _kept_output(name: str, frame: Frame, workspace: Workspace) -> Output:
    text = workspace.handles.get(name)
    if text is None:
        return Output(f"{name} is no longer kept. Run the call again.", failed=True)
    return show_window(name, cut_window(text, frame))


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
