"""Renaming an identifier in all files of a language at once."""

import re
from dataclasses import dataclass

from inhouse_tools import syntax
from inhouse_tools.changes import (
    Change,
    Opened,
    Proposal,
    change_of,
    joined,
    may_write,
    open_place,
    plural,
)
from inhouse_tools.listing import list_files
from inhouse_tools.paths import place_of
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace

_IDENTIFIER = re.compile(r"[^\W\d]\w*[?!]?\Z")


@dataclass(frozen=True, slots=True)
class _Uses:
    """Where a name stands in one file; `left` counts it in strings and comments."""

    opened: Opened
    spans: tuple[tuple[int, int], ...]
    left: int


def propose_rename(opened: Opened, old: str, new: str, workspace: Workspace) -> Proposal | Refusal:
    """The rename of every identifier `old` in the files of the same language family."""
    unfit = _unfit(opened, old, new)
    if unfit:
        return unfit
    changes: list[Change] = []
    counts: list[str] = []
    left: list[str] = []
    for uses in _find(opened, old, workspace):
        name = uses.opened.place.name
        if uses.left:
            left.append(f"{name} ({uses.left})")
        if not uses.spans:
            continue
        refused = may_write(uses.opened.place)
        if refused:
            return Refusal(f"Nothing was renamed. {refused.text}")
        change = change_of(uses.opened, _renamed(uses, new))
        if isinstance(change, Refusal):
            return Refusal(f"Nothing was renamed. {change.text}")
        changes.append(change)
        counts.append(f"{name} ({len(uses.spans)})")
    if not changes:
        return Refusal(f"{old} is no identifier in any file.")
    answer = f"Renamed {old} to {new} in {plural(len(changes), 'file')}: {joined(counts)}."
    if left:
        answer += f" Not renamed in strings and comments: {joined(left)}."
    return Proposal(tuple(changes), answer)


def _unfit(opened: Opened, old: str, new: str) -> Refusal | None:
    """Why a name cannot be the new one."""
    if not _IDENTIFIER.match(new):
        return Refusal(f"new_name must be an identifier, not {new!r}.")
    if old == new:
        return Refusal(f"Nothing changed: new_name is {old} as before.")
    defined = {symbol.name for symbol in syntax.symbols(opened.place.name, opened.source)}
    if new in defined:
        return Refusal(f"{new} is defined in {opened.place.name} already. Choose another name.")
    return None


def _find(opened: Opened, old: str, workspace: Workspace) -> list[_Uses]:
    """The uses of a name, in the symbol's own file first and then in the others by name."""
    language = syntax.language_of(opened.place.name)
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    found = [_uses(opened, old, word)]
    for name in list_files(workspace.root).files:
        other = syntax.language_of(name)
        if other is None or language is None or other.family != language.family:
            continue
        path = workspace.root / name
        if path.is_symlink() or path == opened.place.path:
            continue
        again = open_place(place_of(path, workspace), workspace)
        if isinstance(again, Opened) and old in again.document.text:
            found.append(_uses(again, old, word))
    return found


def _uses(opened: Opened, old: str, word: re.Pattern[str]) -> _Uses:
    spans = syntax.identifiers(opened.place.name, opened.source, old)
    all_words = len(word.findall(opened.document.text))
    return _Uses(opened, spans, max(0, all_words - len(spans)))


def _renamed(uses: _Uses, new: str) -> str:
    source = uses.opened.source
    pieces: list[bytes] = []
    at = 0
    for start, end in uses.spans:
        pieces += [source[at:start], new.encode()]
        at = end
    return b"".join([*pieces, source[at:]]).decode("utf-8")
