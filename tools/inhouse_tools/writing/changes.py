"""How a change of files becomes real: checked first, then landed as one, then said as a diff."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inhouse_tools import syntax
from inhouse_tools.documents.notebook_text import NotebookText, marks_in, open_document
from inhouse_tools.places.paths import Place, missing, resolve
from inhouse_tools.recorded import recorded_writes
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import Document
from inhouse_tools.tool import Access, Output, Workspace
from inhouse_tools.writing.files import Content, Write, digest, write_files
from inhouse_tools.writing.overlay import exists_now, read_now

CONTEXT_LINES = 2
"""How many lines around a fault the model is shown."""
MAX_SHOWN_FAULTS = 3
MAX_DIFF_CHARACTERS = 200_000
RENUMBERED = "\nIts cells have other numbers now: read it again before you name one by its number."


@dataclass(frozen=True, slots=True)
class Opened:
    """A text file as it is now."""

    place: Place
    content: Content
    document: Document | NotebookText

    @property
    def source(self) -> bytes:
        """The text as UTF-8 with "\\n" only, which is what is parsed."""
        return self.document.text.encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after; `old` is None for a new file. `raw` is what will be written."""

    place: Place
    old: Opened | None
    text: str
    raw: bytes
    warning: str = ""

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        before = self.old.document.text if self.old else ""
        return unified_diff(self.place.name, before, self.text, new=self.old is None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes that passed every check, and what the model is told once they have landed."""

    changes: tuple[Change, ...]
    answer: str


def open_text(text: str, workspace: Workspace) -> Opened | Refusal:
    """An existing text file by its tool path."""
    place = resolve(text, workspace)
    if isinstance(place, Refusal):
        return place
    return open_place(place, workspace)


def open_place(place: Place, workspace: Workspace) -> Opened | Refusal:
    """An existing text file by its place."""
    try:
        if place.path.is_dir():
            return Refusal(f"{place.name} is a folder.")
        if not exists_now(place.path, workspace):
            return missing(place.name, workspace)
    except OSError as error:
        return Refusal(f"Cannot read {place.name}: {(error.strerror or str(error)).lower()}.")
    content = read_now(place.path, place.name, workspace)
    if isinstance(content, Refusal):
        return content
    document = open_document(place.name, content.raw)
    if isinstance(document, Refusal):
        return Refusal(f"{place.name} cannot be read as text: {document.text}.")
    return Opened(place, content, document)


def may_write(place: Place) -> Refusal | None:
    """Why a place may never be written by a tool, whatever a person allows."""
    if place.outside:
        return Refusal(
            f"{place.name} is outside the project folder and cannot be written. "
            "Give a path relative to the project root."
        )
    if place.protected:
        return Refusal(f"{place.name} is protected and cannot be written by a tool.")
    return None


def seen_as_is(opened: Opened, workspace: Workspace) -> Refusal | None:
    """Why a file may not be changed yet: the model has not read it as it stands now."""
    name = opened.place.name
    known = workspace.seen.get(name)
    if known == opened.content.sha256:
        return None
    if known is None:
        return Refusal(f'{name} was not read yet. Call read with file_path="{name}" first.')
    return Refusal(
        f'{name} was changed on disk after you read it. Call read with file_path="{name}" again, '
        "then repeat the change on what stands there now."
    )


def change_of(opened: Opened, text: str, *, parses: bool = False) -> Change | Refusal:
    """A change of an existing file, after the checks that need no knowledge of the tool.

    `parses` says that its syntax needs no check.
    """
    if text == opened.document.text:
        return Refusal(
            f"Nothing changed: {opened.place.name} has exactly this content already. "
            "Write what should be different, or go on."
        )
    raw = opened.document.encode(text)
    if isinstance(raw, Refusal):
        return Refusal(f"{opened.place.name} was not changed. {raw.text}")
    if isinstance(opened.document, NotebookText):
        return _change_of_notebook(opened, text, raw)
    checked = "" if parses else check_syntax(opened.place.name, opened.source, text)
    if isinstance(checked, Refusal):
        return checked
    return Change(opened.place, opened, text, raw, checked)


def _change_of_notebook(opened: Opened, text: str, raw: bytes) -> Change | Refusal:
    """The change as it will be read again: its text may have been given as JSON."""
    after = open_document(opened.place.name, raw)
    if isinstance(after, Refusal):
        return after
    warning = "" if marks_in(text) == marks_in(after.text) else RENUMBERED
    return Change(opened.place, opened, after.text, raw, warning)


def check_syntax(name: str, before: bytes | None, text: str) -> str | Refusal:
    """A refusal when new text has faults that the old one had not, else a warning or "".

    Where valid files may not parse (templates, macros) a fault is only a warning.
    """
    after = text.encode("utf-8", "replace")
    faults = syntax.errors(name, after)
    if not faults:
        return ""
    shown = "\n".join(_fault_lines(fault, text) for fault in faults[:MAX_SHOWN_FAULTS])
    language = syntax.language_of(name)
    warning = f"\nWarning: {name} does not parse:\n{shown}"
    if language is None or not language.certain:
        return warning
    known = len(syntax.errors(name, before)) if before is not None else 0
    if len(faults) <= known:
        return warning
    return Refusal(
        f"Syntax error: {name} would not parse, so nothing was written.\n{shown}\n"
        "Correct it and call the tool again with the whole content."
    )


def _fault_lines(fault: syntax.SyntaxFault, text: str) -> str:
    lines = text.split("\n")
    first = max(0, fault.line - 1 - CONTEXT_LINES)
    last = min(len(lines), fault.line + CONTEXT_LINES)
    shown = [
        f"{'>' if number == fault.line - 1 else ' '} {number + 1}: {lines[number][:200]}"
        for number in range(first, last)
    ]
    return f"line {fault.line}, column {fault.column}: {fault.text}\n" + "\n".join(shown)


def accesses(proposal: Proposal | Refusal, target: str, workspace: Workspace) -> tuple[Access, ...]:
    """What a proposal would write, for permission; a refused one names its target without diff."""
    if isinstance(proposal, Proposal) and proposal.changes:
        return tuple(change.place.access("write", change.diff) for change in proposal.changes)
    place = resolve(target, workspace)
    if isinstance(place, Refusal):
        return ()
    # What stands there already may be written without a question.
    return (replace(place.access("write"), same=isinstance(proposal, Proposal)),)


def land(proposal: Proposal | Refusal, workspace: Workspace) -> Output:
    """Write all changes of a proposal or none, and say so."""
    if isinstance(proposal, Refusal):
        return proposal.output()
    writes: list[Write] = []
    for change in proposal.changes:
        refused = may_write(change.place)
        if refused or change.place.base is None:
            return (refused or Refusal("It is outside the project.")).output()
        before = change.old.content.sha256 if change.old else ""
        writes.append(
            Write(change.place.base, change.place.path, change.place.name, change.raw, before)
        )
    if not writes:
        return Output(proposal.answer)
    failed = _write(writes, workspace)
    if failed:
        return failed.output()
    for change in proposal.changes:
        _update_seen(change, workspace)
    warnings = "".join(change.warning for change in proposal.changes)
    diff = "".join(change.diff for change in proposal.changes)[:MAX_DIFF_CHARACTERS]
    names = [change.place.name for change in proposal.changes]
    return Output(
        proposal.answer + warnings,
        show={"diff": diff, "path": names[0], "changed": list(names)},
    )


def _write(writes: Sequence[Write], workspace: Workspace) -> Refusal | None:
    if workspace.overlay is not None:
        return workspace.overlay.stage(writes)
    with recorded_writes(workspace, writes):
        return write_files(writes, workspace.state)


def _update_seen(change: Change, workspace: Workspace) -> None:
    """The model knows what it wrote, unless it had not read the file before."""
    name = change.place.name
    if change.old is None or workspace.seen.get(name) == change.old.content.sha256:
        workspace.seen[name] = digest(change.raw)
    if change.old is None:
        workspace.made.add(name)


def unified_diff(name: str, before: str, after: str, new: bool = False) -> str:
    """A unified diff of two texts with "\\n" as line ending."""
    old_name = "/dev/null" if new else f"a/{name}"
    lines = difflib.unified_diff(_lines(before), _lines(after), old_name, f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def plural(count: int, noun: str) -> str:
    """Such as "1 line" and "2 lines"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def joined(names: Sequence[str], limit: int = 20) -> str:
    """Names for a sentence, the first of them when there are many."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
