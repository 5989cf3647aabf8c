"""The tool that finds files by name."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from inhouse_tools.documentation import page
from inhouse_tools.places.file_pattern import FilePattern, file_pattern
from inhouse_tools.places.listing import list_files
from inhouse_tools.places.paths import place_of, spell
from inhouse_tools.search.staged import names_now, staged_in
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import plural

MAX_SHOWN = 200


class GlobArgs(BaseModel):
    """Which names to find."""

    model_config = ConfigDict(extra="forbid")

    pattern: str


def access(args: GlobArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The names of the files of the workspace, or of one of its further folders."""
    base, _rest = _base_of(args.pattern, workspace)
    return (place_of(base, workspace).access("read"),)


async def run(args: GlobArgs, workspace: Workspace) -> Output:
    """The files whose path matches, one per line."""
    base, rest = _base_of(args.pattern, workspace)
    pattern = file_pattern(rest)
    if pattern is None or ".." in rest.split("/"):
        text = f"{args.pattern} is not a pattern for files of the project. Write it like *.py."
        return Output(text, failed=True)
    listing = await asyncio.to_thread(list_files, base)
    staged = staged_in(base, workspace.overlay)
    names, note = _matching(pattern, names_now(listing.files, staged) if staged else listing.files)
    if listing.cut:
        note += "\n[there are more files than were looked at: use grep or bash in a subfolder]"
    if not names:
        return Output(f"No file matches {args.pattern}.{note}", show={"lines": 0})
    shown_base = "" if base == workspace.root else f"{base}/"
    if len(names) > MAX_SHOWN or sum(len(name) + 1 for name in names) > workspace.max_output_chars:
        names = await asyncio.to_thread(_newest_first, base, names)
    lines = [spell(shown_base + name) for name in names]
    text, cut = _bounded(lines, workspace)
    return Output(text + note, show={"lines": len(lines), "cut": cut})


def _base_of(pattern: str, workspace: Workspace) -> tuple[Path, str]:
    """The folder of the workspace that an absolute pattern begins with, and the rest of it."""
    for folder in (workspace.root, *workspace.extra):
        if pattern.startswith(f"{folder.as_posix()}/"):
            return folder, pattern.removeprefix(f"{folder.as_posix()}/")
    return workspace.root, pattern


def _matching(pattern: FilePattern, files: Sequence[str]) -> tuple[list[str], str]:
    """Names that match, in small or capital letters if need be."""
    names = pattern.select(files)
    if names:
        return names, ""
    names = pattern.without_case().select(files)
    return names, "\n[found by ignoring case]" if names else ""


def _newest_first(base: Path, names: Sequence[str]) -> list[str]:
    """By the time of their last change: what is worked on now is seen when there are too many."""

    def changed(name: str) -> float:
        try:
            return (base / name).stat().st_mtime
        except OSError:
            return 0.0

    return sorted(names, key=lambda name: (-changed(name), name))


def _bounded(lines: list[str], workspace: Workspace) -> tuple[str, int]:
    """The first names, and how to read the others."""
    room, shown = workspace.max_output_chars, list[str]()
    for line in lines[:MAX_SHOWN]:
        room -= len(line) + 1
        if shown and room < 0:
            break
        shown.append(line)
    left = len(lines) - len(shown)
    if left:
        handle = workspace.handles.keep("\n".join(lines))
        more = f"[{plural(left, 'more file')}, changed longer ago: read {handle}]"
        return "\n".join([*shown, more]), left
    return "\n".join(shown), 0


TOOL = Tool("glob", page("glob").description, GlobArgs, access, run, page("glob").brief)
