"""What the tool that reads answers for images, PDF, notebooks and very large files."""

import asyncio
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

from inhouse_tools.documents.kinds import HEAD_BYTES, Kind, is_notebook
from inhouse_tools.documents.notebook import read_notebook
from inhouse_tools.documents.parsing import Part, parse
from inhouse_tools.places.paths import Place
from inhouse_tools.reading.large_file import read_window
from inhouse_tools.reading.window import Frame, cut_window, show_window
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Output, Workspace
from inhouse_tools.writing.changes import plural

# About 2,400 tokens for a model of the Qwen family; text of a whole screen can be read at it.
LONGEST_SIDE: Final = 1568
MOST_IMAGE_BYTES: Final = 32 * 1024**2
MOST_NAMED_PAGES: Final = 12
UNREADABLE: Final = "is damaged, or needs too much memory or time to decode"


@dataclass(frozen=True, slots=True)
class Look:
    """The size of a regular file in bytes, and how it begins."""

    size: int
    head: bytes


def look_at_file(path: Path) -> Look | None:
    """How a file begins; None for what is not there, or no regular file. Raises OSError."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(file, "rb") as stream:
        facts = os.fstat(file)
        return Look(facts.st_size, stream.read(HEAD_BYTES)) if stat.S_ISREG(facts.st_mode) else None


async def read_image(place: Place, size: int, workspace: Workspace) -> Output:
    """The image itself for a model that sees, else what it is."""
    name = place.name
    if size > MOST_IMAGE_BYTES:
        most = MOST_IMAGE_BYTES // 1024**2
        return Output(f"{name} is an image of more than {most} MiB. Make it smaller.", failed=True)
    parts = await parse("image", place.path, name, LONGEST_SIDE if workspace.sees else 0)
    if isinstance(parts, Refusal):
        return parts.output()
    if not parts:
        return Output(f"{name} is an image that {UNREADABLE}.", failed=True)
    about, *made = parts
    said = (
        f"{name} is an image ({about['format']}, {about['width']} x {about['height']} pixels, "
        f"{_describe(size)})"
    )
    show = {"path": name, "image": f"{about['width']} x {about['height']}"}
    if not workspace.sees:
        return Output(f"{said}. This model is not shown images.", show=show)
    if made and "problem" in made[0]:
        return Output(f"{said}. It has too many pixels to be shown.", failed=True)
    if not made:
        return Output(f"{said}. It {UNREADABLE}.", failed=True)
    image = made[0]
    notes: list[str] = []
    if (image["width"], image["height"]) != (about["width"], about["height"]):
        notes.append(f"shown as {image['width']} x {image['height']}")
    if image["moving"]:
        notes.append("of its moving pictures the first")
    note = f", {', '.join(notes)}" if notes else ""
    url = f"data:{image['media']};base64,{image['data']}"
    return Output(f"{said}{note}.", show=show, images=(url,))


async def read_pdf(place: Place, frame: Frame) -> Output:
    """The text of a PDF by lines, with a mark where each page begins."""
    name = place.name
    parts = await parse("pdf", place.path, name)
    if isinstance(parts, Refusal):
        return parts.output()
    head: Part = parts[0] if parts else {}
    if head.get("problem") == "password":
        return Output(f"{name} is a PDF that opens with a password only.", failed=True)
    if "pages" not in head:
        return Output(f"{name} is a PDF that {UNREADABLE}.", failed=True)
    pages = [str(part["text"]).strip("\n") for part in parts[1:]]
    said = f"PDF with {plural(head['pages'], 'page')}"
    if not any(page.strip() for page in pages):
        why = "its pages are pictures, perhaps scanned" if head["pages"] else "it is empty"
        return Output(f"{name} is a {said}, but without text: {why}.", failed=True)
    lines: list[str] = []
    starts: list[int] = []
    for number, page in enumerate(pages, 1):
        starts.append(len(lines) + 1)
        lines += [f"[page {number}]", *(line.rstrip() for line in page.split("\n"))]
    if len(pages) < head["pages"]:
        lines.append(f"[the text of the pages after {len(pages)} could not be read]")
    window = cut_window("\n".join(lines), frame)
    output = show_window(name, window, said)
    whole = window.first == 1 and len(window.lines) == window.total
    if output.failed or whole or len(starts) < 2:
        return output
    return Output(f"{output.text}\n[{_begin(starts)}]", output.show)


async def read_large(place: Place, kind: Kind, frame: Frame) -> Output:
    """A file that is read only in part, and cannot be changed by a tool."""
    name = place.name
    if kind == "notebook":
        parts = await parse("notebook", place.path, name)
        if isinstance(parts, Refusal):
            return parts.output()
        if not parts:
            return Output(f"{name} is a notebook that {UNREADABLE}.", failed=True)
        if "problem" not in parts[0]:
            window = cut_window(str(parts[0]["text"]), frame)
            return show_window(name, window, _about_notebook(parts[0]))
    stopped = Event()
    try:
        found = await asyncio.to_thread(partial(read_window, place.path, name, frame, stopped))
    finally:
        # A thread cannot be cancelled; this one looks up.
        stopped.set()
    if isinstance(found, Refusal):
        return found.output()
    window, codec = found
    return show_window(name, window, about_codec(codec))


def show_notebook(name: str, raw: bytes, frame: Frame) -> Output:
    """The cells of a notebook with their outputs."""
    notebook = read_notebook(raw)
    if isinstance(notebook, Refusal):
        return notebook.output()
    about = _about_notebook({"cells": len(notebook.cells), "kernel": notebook.kernel})
    if not notebook.cells:
        return Output(f"{name} is a {about}.", show={"path": name, "lines": 0})
    return show_window(name, cut_window(notebook.shown, frame), about)


def why_no_notebook(name: str, raw: bytes) -> str:
    """Why a file with the name of a notebook is shown as any text; "" for other files."""
    notebook = read_notebook(raw) if is_notebook(name) and raw else None
    return f"shown as text since {notebook.text}" if isinstance(notebook, Refusal) else ""


def about_codec(codec: str) -> str:
    """An encoding that is not the usual one."""
    return "" if codec == "utf-8" else f"encoded as {codec}"


def _about_notebook(facts: Part) -> str:
    kernel = f" ({facts['kernel']})" if facts["kernel"] else ""
    return f"notebook with {plural(facts['cells'], 'cell')}{kernel}"


def _begin(starts: Sequence[int]) -> str:
    """At which lines pages begin, for about a dozen of them."""
    step = -(-len(starts) // MOST_NAMED_PAGES)
    named = [f"{page + 1} at {starts[page]}" for page in range(0, len(starts), step)]
    return f"pages begin at lines: {', '.join(named)}"


def _describe(size: int) -> str:
    return f"{size / 1000:,.0f} kB" if size >= 1000 else plural(size, "byte")
