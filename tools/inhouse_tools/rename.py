"""Renaming an identifier in all files of a language at once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from inhouse_tools import syntax
from inhouse_tools.changes import (
    Change,
    Opened,
    Proposal,
    change_of,
    joined,
    may_write,
    open_place,
    open_text,
    plural,
)
from inhouse_tools.files import MAX_BYTES
from inhouse_tools.listing import list_files
from inhouse_tools.paths import place_of
from inhouse_tools.refusal import Refusal
from inhouse_tools.symbol_edit import last_part, plain_name
from inhouse_tools.syntax.renaming import NamePlaces, places_of
from inhouse_tools.text import BOMS
from inhouse_tools.tool import Workspace

_IDENTIFIER = re.compile(r"[^\W\d]\w*[?!]?\Z")
# Where a file's names at the top are its own unless it imports them.
_MODULES = frozenset({"python", "javascript"})
_PACKAGE_FILES = frozenset({"__init__", "index"})


@dataclass(frozen=True, slots=True)
class _Uses:
    """Where a name stands in one file; `left` counts it in strings and comments."""

    opened: Opened
    language: str
    places: NamePlaces
    left: int

    @property
    def certainly_parses(self) -> bool:
        """Whether no name can make a fault; what Python itself sees besides is looked for."""
        return self.places.parses and self.language != "python"


@dataclass(slots=True)
class _Account:
    """What is told of a rename, in file names with counts or symbols."""

    renamed: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])
    apart: list[str] = field(default_factory=list[str])
    also: list[str] = field(default_factory=list[str])
    taken: list[str] = field(default_factory=list[str])

    def text(self, old: str, new: str, thorough: bool) -> str:
        """The answer of the call; a thorough one says as well where the names meant others."""
        files = plural(len(self.renamed), "file")
        said = [f"Renamed {old} to {new} in {files}: {joined(self.renamed)}."]
        if self.left:
            said.append(f"Not renamed in strings and comments: {joined(self.left)}.")
        if not thorough:
            return " ".join(said)
        if self.apart:
            said.append(f"Not renamed where {old} is another one: {joined(self.apart)}.")
        if self.also:
            said.append(f"Renamed as well, since the name is the same: {joined(self.also)}.")
        if self.taken:
            said.append(f"{new} stood before in {joined(self.taken)}: look whether they clash.")
        return " ".join(said)


def propose_rename(
    file_path: str, symbol: str, new_name: str, workspace: Workspace, *, thorough: bool = False
) -> Proposal | Refusal:
    """The rename of every identifier that a symbol is called by, in the same language family.

    The file need not have been read: nothing but the name changes, and the answer counts where.
    A `thorough` one leaves out files whose own symbol of that name is another one, and tells more.
    """
    opened = open_text(file_path, workspace)
    if isinstance(opened, Refusal):
        return opened
    name = opened.place.name
    if syntax.language_of(name) is None:
        return Refusal(f"{name} is in no language whose symbols are known. Use bash with sed.")
    wanted, new = plain_name(symbol), last_part(new_name)
    names = [found.name for found in syntax.symbols(name, opened.source)]
    meant = [known for known in names if known == wanted or known.endswith(f".{wanted}")]
    if not meant:
        known = f" Its symbols are {joined(names)}." if names else ""
        return Refusal(f"There is no symbol {symbol} in {name}.{known}")
    full = wanted if wanted in meant else meant[0]
    return _unfit(opened, names, last_part(wanted), new) or _rename(
        opened, full, new, workspace, thorough
    )


def _rename(
    opened: Opened, symbol: str, new: str, workspace: Workspace, thorough: bool
) -> Proposal | Refusal:
    old = last_part(symbol)
    changes: list[Change] = []
    account = _Account()
    # Languages in which the new name was found to be no keyword.
    possible: set[str] = set()
    for uses in _find(opened, old, workspace):
        name = uses.opened.place.name
        if thorough and uses.opened is not opened and _is_another(uses, opened, symbol):
            account.apart.append(name)
            continue
        if uses.left:
            account.left.append(f"{name} ({uses.left})")
        if not uses.places.spans:
            continue
        refused = may_write(uses.opened.place)
        if refused:
            return Refusal(f"Nothing was renamed. {refused.text}")
        parses = uses.language in possible and (thorough or uses.certainly_parses)
        change = change_of(uses.opened, _renamed(uses, new), parses=parses)
        if isinstance(change, Refusal):
            return Refusal(f"Nothing was renamed. {change.text}")
        possible.add(uses.language)
        changes.append(change)
        account.renamed.append(f"{name} ({len(uses.places.spans)})")
        if thorough:
            account.also += _namesakes(uses, symbol, own=uses.opened is opened)
            if places_of(name, uses.opened.source, new).spans:
                account.taken.append(name)
    if not changes:
        return Refusal(f"{old} is no identifier in any file.")
    return Proposal(tuple(changes), account.text(old, new, thorough))


def _unfit(opened: Opened, names: Sequence[str], old: str, new: str) -> Refusal | None:
    """Why a name cannot be the new one."""
    if not _IDENTIFIER.match(new):
        return Refusal(f"new_name must be an identifier, not {new!r}.")
    if old == new:
        return Refusal(f"Nothing changed: new_name is {old} as before.")
    if new in names:
        return Refusal(f"{new} is defined in {opened.place.name} already. Choose another name.")
    return None


def _is_another(uses: _Uses, opened: Opened, symbol: str) -> bool:
    """Whether a file has such a symbol at its top and does not name the module of the renamed."""
    language = syntax.language_of(opened.place.name)
    if not uses.places.defined or "." in symbol or language is None:
        return False
    if language.family not in _MODULES:
        return False
    name, source = uses.opened.place.name, uses.opened.source
    if symbol not in {known.name for known in syntax.symbols(name, source)}:
        return False
    path = PurePosixPath(opened.place.name)
    module = path.parent.name if path.stem in _PACKAGE_FILES else path.stem
    imported = (entry.module for entry in syntax.imports(name, source))
    named = places_of(name, source, module).spans
    return not named and all(module not in re.split(r"\W+", text) for text in imported)


def _namesakes(uses: _Uses, symbol: str, own: bool) -> Iterator[str]:
    """Other symbols whose last part is the same."""
    name = uses.opened.place.name
    known = syntax.symbols(name, uses.opened.source) if uses.places.defined else ()
    for other in known:
        is_it = own and other.name == symbol
        if last_part(other.name) == last_part(symbol) and not is_it:
            yield f"{other.name} in {name}"


def _find(opened: Opened, old: str, workspace: Workspace) -> Iterator[_Uses]:
    """The uses of a name, in the symbol's own file first and then in the others by name."""
    language = syntax.language_of(opened.place.name)
    if language is None:
        return
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    yield _uses(opened, language.name, old, word)
    for name in (*list_files(workspace.root).files, *_made(workspace)):
        other = syntax.language_of(name)
        if other is None or other.family != language.family:
            continue
        path = workspace.root / name
        if path.is_symlink() or path == opened.place.path:
            continue
        staged = workspace.overlay.find(path) if workspace.overlay else None
        if staged is None and not _may_hold(path, old):
            continue
        again = open_place(place_of(path, workspace), workspace)
        if isinstance(again, Opened) and old in again.document.text:
            yield _uses(again, other.name, old, word)


def _made(workspace: Workspace) -> Iterator[str]:
    """Files below the root that are not on the disk yet."""
    for file in workspace.overlay.changes if workspace.overlay else ():
        if file.before is None and file.base == workspace.root:
            yield file.name


def _may_hold(path: Path, name: str) -> bool:
    """Whether a file can hold a name, seen from its bytes: most are not worth decoding."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return False
        raw = path.read_bytes()
    except OSError:
        return False
    plain = name.isascii() and not any(raw.startswith(mark) for mark, _codec in BOMS[1:])
    return not plain or name.encode() in raw


def _uses(opened: Opened, language: str, old: str, word: re.Pattern[str]) -> _Uses:
    places = places_of(opened.place.name, opened.source, old)
    all_words = len(word.findall(opened.document.text))
    return _Uses(opened, language, places, max(0, all_words - len(places.spans)))


def _renamed(uses: _Uses, new: str) -> str:
    source = uses.opened.source
    pieces: list[bytes] = []
    at = 0
    for start, end in uses.places.spans:
        pieces += [source[at:start], new.encode()]
        at = end
    return b"".join([*pieces, source[at:]]).decode("utf-8")
