"""What an index keeps of the content of a file, wherever that content stands, and its rows."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inhouse_tools.editing.symbol_edit import last_part

MAX_COUNT = 255


@dataclass(frozen=True, slots=True)
class KnownSymbol:
    """A named part of a file; lines count from 1, both ends included."""

    name: str
    kind: str
    start_line: int
    end_line: int
    signature: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What one parse has found out.

    `names` are the identifiers that are used, one a line with a line break before the first and
    after the last, so that a name can be looked for as text; `counts` has one byte for each of
    them, at most 255. `data` has keys instead of definitions. All is empty for a file that is no
    text in its language.
    """

    sha256: bytes
    language: str
    family: str
    data: bool
    symbols: tuple[KnownSymbol, ...] = ()
    names: str = "\n"
    counts: bytes = b""
    imports: tuple[str, ...] = ()

    def uses(self) -> Iterator[tuple[str, int]]:
        """Each name that is used, and how often."""
        return zip(self.names[1:].split("\n"), self.counts, strict=False)


def find(connection: sqlite3.Connection, sha256: bytes, language: str) -> int | None:
    """The id of a content that is known."""
    row = connection.execute(
        "SELECT id FROM content WHERE sha256 = ? AND language = ?", (sha256, language)
    ).fetchone()
    return None if row is None else int(row[0])


def save(connection: sqlite3.Connection, facts: Facts, day: int) -> None:
    """Keep what was found out, unless it is known by now. `day` is when it was used last."""
    added = connection.execute(
        "INSERT OR IGNORE INTO content"
        " (sha256, language, family, data, names, counts, imports, used)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            facts.sha256,
            facts.language,
            facts.family,
            facts.data,
            facts.names.encode(),
            facts.counts,
            "\n".join(facts.imports),
            day,
        ),
    )
    if added.rowcount != 1:
        return
    connection.executemany(
        "INSERT INTO symbol VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                added.lastrowid,
                place,
                symbol.name,
                last_part(symbol.name),
                symbol.kind,
                symbol.start_line,
                symbol.end_line,
                symbol.signature,
            )
            for place, symbol in enumerate(facts.symbols)
        ),
    )


def load(connection: sqlite3.Connection, contents: Sequence[int]) -> dict[int, Facts]:
    """The facts of contents by id."""
    wanted = (json.dumps(list(contents)),)
    symbols: dict[int, list[KnownSymbol]] = {}
    for content, *rest in connection.execute(
        "SELECT content, name, kind, start_line, end_line, signature FROM symbol"
        " WHERE content IN (SELECT value FROM json_each(?)) ORDER BY content, place",
        wanted,
    ):
        symbols.setdefault(content, []).append(KnownSymbol(*rest))
    rows = connection.execute(
        "SELECT id, sha256, language, family, data, names, counts, imports FROM content"
        " WHERE id IN (SELECT value FROM json_each(?))",
        wanted,
    )
    return {
        content: Facts(
            sha256=sha256,
            language=language,
            family=family,
            data=bool(data),
            symbols=tuple(symbols.get(content, ())),
            names=names.decode("utf-8", "replace"),
            counts=counts,
            imports=tuple(imports.split("\n")) if imports else (),
        )
        for content, sha256, language, family, data, names, counts, imports in rows
    }
