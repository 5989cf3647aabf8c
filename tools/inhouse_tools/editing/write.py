"""The tool that writes a whole file."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from inhouse_tools import syntax
from inhouse_tools.documentation import page
from inhouse_tools.documents.notebook_text import NotebookText
from inhouse_tools.editing.merge import keep_blank_lines, lost_parts, merge
from inhouse_tools.editing.symbol_edit import Edited, last_part
from inhouse_tools.places.paths import Place, resolve
from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.text import Document, unified
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import (
    Change,
    Opened,
    Proposal,
    accesses,
    change_of,
    check_syntax,
    joined,
    land,
    may_write,
    open_place,
    plural,
    seen_as_is,
)
from inhouse_tools.writing.overlay import exists_now

DEFINITION = re.compile(
    r"^[ \t]*(?:export |default |async |pub |static |public |private )*"
    r"(?:def|class|func|function|fn|struct|enum|trait|type|interface|module)[ \t]+(\w+)",
    re.MULTILINE,
)


class WriteArgs(BaseModel):
    """A file and all it shall hold."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    content: str


def propose(args: WriteArgs, workspace: Workspace) -> Proposal | Refusal:
    """The write, checked, without touching the disk."""
    place = resolve(args.file_path, workspace)
    if isinstance(place, Refusal):
        return place
    refused = may_write(place)
    if refused:
        return refused
    try:
        exists = exists_now(place.path, workspace)
    except OSError as error:
        return of_os_error(error, place.name, "write")
    return _rewrite(place, args, workspace) if exists else _create(place, args)


def _create(place: Place, args: WriteArgs) -> Proposal | Refusal:
    text = _ended(args.content)
    raw = Document("").encode(text)
    if isinstance(raw, Refusal):
        return raw
    checked = check_syntax(place.name, None, text)
    if isinstance(checked, Refusal):
        return checked
    change = Change(place, None, text, raw, checked)
    return Proposal((change,), f"Created {place.name} ({_line_count(text)}).")


def _rewrite(place: Place, args: WriteArgs, workspace: Workspace) -> Proposal | Refusal:
    opened = open_place(place, workspace)
    if isinstance(opened, Refusal):
        return opened
    refused = seen_as_is(opened, workspace)
    if refused:
        return refused
    text = unified(args.content)
    if opened.document.text.endswith("\n") or not opened.document.text:
        text = _ended(text)
    said = f"Wrote {place.name}"
    if workspace.keeps_symbols:
        text = keep_blank_lines(opened.document.text, text)
        lost = _lost(opened, text)
        if not all(last_part(name) in workspace.expendable for name in lost):
            merged = _merge(opened, text, lost)
            if isinstance(merged, Refusal):
                return merged
            text = merged.source.decode("utf-8")
            said = f"Put {merged.said} into {place.name} and kept the rest of it"
    if text == opened.document.text:
        return Proposal((), f"{place.name} has exactly this content already.")
    change = change_of(opened, text)
    if isinstance(change, Refusal):
        return change
    return Proposal((change,), f"{said} ({_line_count(text)}).")


def _merge(opened: Opened, text: str, lost: Sequence[str]) -> Edited | Refusal:
    """The file with what was written of it; refused where that cannot be told."""
    name = opened.place.name
    if isinstance(opened.document, NotebookText):
        whole = opened.document.fill_in(text)
        cells = plural(len(lost), "cell")
        merged = whole if isinstance(whole, Refusal) else Edited(whole.encode(), f"all but {cells}")
    elif syntax.errors(name, opened.source):
        merged = Refusal("The file does not parse.")
    else:
        merged = merge(name, opened.source, text)
    if isinstance(merged, Refusal):
        return Refusal(
            f"Nothing was written: {name} would lose {joined(lost)}. {merged.text} "
            "Give the whole content with them."
        )
    return merged


def _lost(opened: Opened, text: str) -> list[str]:
    """Parts of a file which the new text does not hold."""
    name = opened.place.name
    if isinstance(opened.document, NotebookText):
        return opened.document.lost(text)
    language = syntax.language_of(name)
    if language is None or language.data:
        return []
    if syntax.errors(name, opened.source):
        # No tree to trust: the lines that begin a definition are compared.
        return sorted(set(DEFINITION.findall(opened.document.text)) - set(DEFINITION.findall(text)))
    return lost_parts(name, opened.source, text)


def _line_count(text: str) -> str:
    return plural(text.count("\n") + (not text.endswith("\n") and bool(text)), "line")


def _ended(text: str) -> str:
    """Text whose last line is ended; models forget it, and files of text have it."""
    return text if not text or text.endswith("\n") else text + "\n"


def access(args: WriteArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The file that is written, with the diff."""
    return accesses(propose(args, workspace), args.file_path, workspace)


async def run(args: WriteArgs, workspace: Workspace) -> Output:
    """Write the file, or say why not."""
    return land(propose(args, workspace), workspace)


TOOL = Tool("write", page("write").description, WriteArgs, access, run, page("write").brief)
