"""The tool that replaces a passage of a file."""

import difflib
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from inhouse_tools.changes import (
    Proposal,
    accesses,
    change_of,
    land,
    may_write,
    open_text,
    plural,
    seen_as_is,
)
from inhouse_tools.documentation import page
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import unified
from inhouse_tools.tool import Access, Output, Tool, Workspace

MAX_COMPARED_LINES = 5000


class EditArgs(BaseModel):
    """The order of the fields is the order in which they are written."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    replace_all: bool = False
    old_string: str
    new_string: str


@dataclass(frozen=True, slots=True)
class _Replaced:
    """New text and what was done, for the answer."""

    text: str
    count: int
    line: int
    tolerant: bool = False


def propose(args: EditArgs, workspace: Workspace) -> Proposal | Refusal:
    """The edit, checked, without touching the disk."""
    opened = open_text(args.file_path, workspace)
    if isinstance(opened, Refusal):
        return opened
    name = opened.place.name
    refused = may_write(opened.place) or seen_as_is(opened, workspace)
    if refused:
        return refused
    old, new = unified(args.old_string), unified(args.new_string)
    if not old:
        return Refusal("old_string is empty. Give the lines to replace, or use write.")
    if old == new:
        return Refusal("Nothing changed: old_string and new_string are the same.")
    replaced = _replace(opened.document.text, old, new, args.replace_all, name)
    if isinstance(replaced, Refusal):
        return replaced
    change = change_of(opened, replaced.text)
    if isinstance(change, Refusal):
        return change
    answer = f"Edited {name} at line {replaced.line}."
    if replaced.count > 1:
        answer = f"Edited {name} in {replaced.count} places."
    if replaced.tolerant:
        answer += " old_string differed in white space; the file's indentation was kept."
    return Proposal((change,), answer)


def _replace(text: str, old: str, new: str, everywhere: bool, name: str) -> _Replaced | Refusal:
    count = text.count(old)
    if not count:
        return _tolerant(text, old, new, name)
    if count > 1 and not everywhere:
        numbers = ", ".join(str(number) for number in _lines_of(text, old)[:10])
        return Refusal(
            f"old_string stands {count} times in {name} (lines {numbers}). Add lines around it "
            "until it stands once, or set replace_all."
        )
    line = text.count("\n", 0, text.index(old)) + 1
    return _Replaced(text.replace(old, new), count, line)


def _lines_of(text: str, old: str) -> list[int]:
    numbers: list[int] = []
    start = text.find(old)
    while start >= 0:
        numbers.append(text.count("\n", 0, start) + 1)
        start = text.find(old, start + len(old))
    return numbers


def _tolerant(text: str, old: str, new: str, name: str) -> _Replaced | Refusal:
    """Match whole lines without regard to trailing white space and to a shift of all of them."""
    lines = text.split("\n")
    wanted = old.strip("\n").split("\n")
    starts = [
        start
        for start in range(len(lines) - len(wanted) + 1)
        if _shift(lines[start : start + len(wanted)], wanted) is not None
    ]
    if len(starts) > 1:
        numbers = ", ".join(str(start + 1) for start in starts[:10])
        return Refusal(
            f"old_string is not in {name}; apart from white space it stands at lines {numbers}. "
            "Copy the lines exactly and add more of them."
        )
    if not starts or not any(line.strip() for line in wanted):
        return Refusal(f"old_string is not in {name}.{_nearest(lines, wanted)}")
    start = starts[0]
    shift = _shift(lines[start : start + len(wanted)], wanted)
    put = new.strip("\n").split("\n") if new.strip("\n") else []
    lines[start : start + len(wanted)] = [_shifted(line, shift) for line in put]
    return _Replaced("\n".join(lines), 1, start + 1, tolerant=True)


def _shift(found: list[str], wanted: list[str]) -> tuple[str, str] | None:
    """(removed, added) indentation that makes `wanted` into `found`, or None when none does."""
    shift: tuple[str, str] | None = None
    for have, want in zip(found, wanted, strict=True):
        if have.strip() != want.strip():
            return None
        if not want.strip():
            continue
        have_indent = have[: len(have) - len(have.lstrip())]
        want_indent = want[: len(want) - len(want.lstrip())]
        if shift is None:
            shift = _indent_change(want_indent, have_indent)
        removed, added = shift
        rest = want_indent[len(removed) :]
        if not want_indent.startswith(removed) or added + rest != have_indent:
            return None
    return shift if shift is not None else ("", "")


def _indent_change(before: str, after: str) -> tuple[str, str]:
    if after.endswith(before):
        return "", after[: len(after) - len(before)]
    if before.endswith(after):
        return before[: len(before) - len(after)], ""
    return before, after


def _shifted(line: str, shift: tuple[str, str] | None) -> str:
    if shift is None or not line.strip():
        return line.rstrip()
    removed, added = shift
    return added + line.removeprefix(removed)


def _nearest(lines: list[str], wanted: list[str]) -> str:
    """The lines of the file that look most like what was wanted."""
    first = next((line.strip() for line in wanted if line.strip()), "")
    candidates = [line.strip() for line in lines[:MAX_COMPARED_LINES]]
    close = difflib.get_close_matches(first, candidates, n=1, cutoff=0.5)
    if not close:
        return " Read the file again and copy the lines exactly."
    start = candidates.index(close[0])
    size = min(len(wanted), 12)
    shown = "\n".join(lines[start : start + size])
    return f" The nearest {plural(size, 'line')}, from line {start + 1}:\n{shown}"


def access(args: EditArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The file that is edited, with the diff."""
    return accesses(propose(args, workspace), args.file_path, workspace)


async def run(args: EditArgs, workspace: Workspace) -> Output:
    """Edit the file, or say why not."""
    return land(propose(args, workspace), workspace)


TOOL = Tool("edit", page("edit").description, EditArgs, access, run, page("edit").brief)
