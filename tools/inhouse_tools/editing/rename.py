"""Renaming a function, class or method in all files that mean it, as one change."""

import re
from collections.abc import Sequence

from inhouse_tools import syntax
from inhouse_tools.editing.renaming.answer import Account
from inhouse_tools.editing.renaming.by_name import judge_by_name
from inhouse_tools.editing.renaming.candidates import Candidates, find_candidates
from inhouse_tools.editing.renaming.judged import Judged
from inhouse_tools.editing.renaming.scoped import judge_scoped
from inhouse_tools.editing.symbol_edit import last_part, plain_name
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import Symbol
from inhouse_tools.syntax.names import FAMILIES
from inhouse_tools.syntax.renaming import places_of
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.changes import (
    Change,
    Opened,
    Proposal,
    change_of,
    joined,
    may_write,
    open_text,
)

_IDENTIFIER = re.compile(r"[^\W\d]\w*[?!]?\Z")


def propose_rename(
    file_path: str, symbol: str, new_name: str, workspace: Workspace, *, thorough: bool = False
) -> Proposal | Refusal:
    """The rename of a symbol wherever the code says that it is meant.

    In Python, JavaScript and TypeScript names are followed through scopes, imports and classes;
    in other languages every identifier of the name is renamed. The file need not have been read:
    nothing but the name changes. The answer lists where the name was left; a `thorough` one tells
    more of other definitions that have it.
    """
    opened = open_text(file_path, workspace)
    if isinstance(opened, Refusal):
        return opened
    name = opened.place.name
    language = syntax.language_of(name)
    if language is None:
        return Refusal(f"{name} is in no language whose symbols are known. Use bash with sed.")
    wanted, new = plain_name(symbol), last_part(new_name)
    known = syntax.symbols(name, opened.source)
    found = _meant(known, wanted)
    if found is None:
        names = [each.name for each in known]
        told = f" Its symbols are {joined(names)}." if names else ""
        return Refusal(f"There is no symbol {symbol} in {name}.{told}")
    unfit = _unfit(opened, known, found, new)
    if unfit:
        return unfit
    old = last_part(found.name)
    candidates = find_candidates(opened, old, language.family, workspace)
    judged = _judge(candidates, found, language.family, workspace)
    changes = _changes(judged, new)
    if isinstance(changes, Refusal):
        return Refusal(f"Nothing was renamed. {changes.text}")
    if not changes:
        return Refusal(f"{old} is no identifier in any file.")
    taken = [change.place.name for change in changes if thorough and _has(change, new)]
    account = Account(old, new, judged, candidates.documents, taken)
    return Proposal(changes, account.text(thorough))


def _meant(symbols: Sequence[Symbol], wanted: str) -> Symbol | None:
    """The symbol of a name, or the first whose name ends with it."""
    exact = (each for each in symbols if each.name == wanted)
    ending = (each for each in symbols if each.name.endswith(f".{wanted}"))
    return next(exact, None) or next(ending, None)


def _unfit(opened: Opened, symbols: Sequence[Symbol], found: Symbol, new: str) -> Refusal | None:
    """Why a name cannot be the new one of a symbol."""
    outer, dot, _last = found.name.rpartition(".")
    if not _IDENTIFIER.match(new):
        return Refusal(f"new_name must be an identifier, not {new!r}.")
    if last_part(found.name) == new:
        return Refusal(f"Nothing changed: new_name is {new} as before.")
    if any(each.name == f"{outer}{dot}{new}" for each in symbols):
        taken = f"{outer}{dot}{new}"
        return Refusal(f"{taken} is defined in {opened.place.name} already. Choose another name.")
    return None


def _judge(
    candidates: Candidates, symbol: Symbol, family: str, workspace: Workspace
) -> list[Judged]:
    """What becomes of every file, by what its names mean or else by the name alone."""
    judged = None
    if family in FAMILIES:
        judged = judge_scoped(candidates, symbol, family, workspace)
    return judged or judge_by_name(candidates, symbol.name)


def _changes(judged: Sequence[Judged], new: str) -> tuple[Change, ...] | Refusal:
    changes: list[Change] = []
    # Languages in which the new name was found to be no keyword.
    possible: set[str] = set()
    for each in judged:
        if not each.spans:
            continue
        refused = may_write(each.opened.place)
        if refused:
            return refused
        language = syntax.language_of(each.opened.place.name)
        name = language.name if language else ""
        # Python itself sees faults that its grammar does not.
        certain = name in possible and each.parses and name != "python"
        change = change_of(each.opened, each.renamed(new), parses=certain)
        if isinstance(change, Refusal):
            return change
        possible.add(name)
        changes.append(change)
    return tuple(changes)


def _has(change: Change, new: str) -> bool:
    """Whether a file had the new name in code before."""
    return change.old is not None and bool(
        places_of(change.place.name, change.old.source, new).spans
    )
