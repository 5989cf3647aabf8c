"""Where a name is defined, the likeliest place first."""

import difflib
import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from inhouse_tools.editing.symbol_edit import NUMBER, last_part
from inhouse_tools.syntax.symbols import DECLARATION

LAST_SURE = 1
"""What is as close as this is meant; what is less close, only for want of it."""
OTHER_CASE = 100
MAX_NEAR_NAMES = 3
NEAR_CUTOFF = 0.75
MAX_COMPARED_NAMES = 20_000
MAX_OTHER_LENGTH = 3
"""A near name is at most so many characters longer or shorter."""
_TEST = re.compile(
    r"(^|[/_.-])(tests?|spec|specs|testdata|mocks?|examples?)([/_.-]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One place of a definition, with lines from 1.

    It is `data` when it is a key or a heading, and `near` when only a similar name is defined.
    """

    path: str
    name: str
    kind: str
    start_line: int
    end_line: int
    signature: str
    data: bool
    near: bool = False


def find_definitions(connection: sqlite3.Connection, name: str, limit: int) -> list[Definition]:
    """Definitions of `name` or `Class.name`, the likeliest first.

    Exact names come before those that end in it. Only when there is neither, those are answered
    that say less than `name`, else those that differ in upper and lower case, else similar ones.
    """
    found = [
        (closeness, definition)
        for definition in _with_last_part(connection, last_part(name))
        if (closeness := _closeness(NUMBER.sub("", definition.name), name)) is not None
    ]
    if not found:
        found = list(enumerate(_near(connection, name)))
    worst = max(LAST_SURE, min((closeness for closeness, _ in found), default=0))
    found = [item for item in found if item[0] <= worst or item[1].near]
    found.sort(key=lambda item: (item[0], *_order(item[1])))
    return [definition for _, definition in found[:limit]]


def _with_last_part(
    connection: sqlite3.Connection, last: str, *, near: bool = False
) -> Iterator[Definition]:
    rows = connection.execute(
        "SELECT path, name, kind, start_line, end_line, signature, data FROM symbol"
        " JOIN content ON content.id = symbol.content JOIN file ON file.content = symbol.content"
        " WHERE symbol.last = ?",
        (last,),
    )
    for path, name, kind, start_line, end_line, signature, data in rows:
        yield Definition(
            os.fsdecode(path), name, kind, start_line, end_line, signature, bool(data), near
        )


def _closeness(defined: str, wanted: str) -> int | None:
    """How well a defined name answers a wanted one, 0 best; None when it does not."""
    sure = _difference(defined, wanted)
    if sure is None:
        folded = _difference(defined.casefold(), wanted.casefold())
        return None if folded is None else folded + OTHER_CASE
    return sure


def _difference(defined: str, wanted: str) -> int | None:
    if defined == wanted:
        return 0
    if defined.endswith(f".{wanted}"):
        return LAST_SURE
    # A name that was written with more than the file says of it, such as its module.
    if wanted.endswith(f".{defined}"):
        return LAST_SURE + wanted.count(".") - defined.count(".")
    return None


def is_test(path: str) -> bool:
    """Whether a file is there to test or to show others, by its path."""
    return _TEST.search(path) is not None


def _order(definition: Definition) -> tuple[bool, bool, bool, bool, int, str, int]:
    """Code stands before data, definitions before declarations and tests, and whole definitions
    before single lines."""
    return (
        definition.data,
        definition.kind == DECLARATION,
        is_test(definition.path),
        definition.start_line == definition.end_line,
        definition.path.count("/"),
        definition.path,
        definition.start_line,
    )


def _near(connection: sqlite3.Connection, name: str) -> list[Definition]:
    last = last_part(name)
    rows = connection.execute(
        "SELECT DISTINCT symbol.last FROM symbol WHERE length(symbol.last) BETWEEN ? AND ?"
        " AND EXISTS (SELECT 1 FROM file WHERE file.content = symbol.content) LIMIT ?",
        (len(last) - MAX_OTHER_LENGTH, len(last) + MAX_OTHER_LENGTH, MAX_COMPARED_NAMES),
    )
    names = {row[0].casefold(): row[0] for row in rows}
    close = difflib.get_close_matches(last.casefold(), sorted(names), MAX_NEAR_NAMES, NEAR_CUTOFF)
    return [
        definition
        for one in close
        for definition in _with_last_part(connection, names[one], near=True)
    ]
