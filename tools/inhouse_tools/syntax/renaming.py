"""Where one name stands in code, without looking at what stands far from it."""

from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.languages import (
    MAX_SOURCE_BYTES,
    language_of,
    parse_with_macros,
    query_of,
)
from inhouse_tools.syntax.reading import DECLARED, Captures
from inhouse_tools.syntax.tree import Span

# Nearer places are looked at together, since every look begins at the top of the tree.
NEAR_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class NamePlaces:
    """The spans of a name as `identifiers` gives them.

    `defined`: one of them is a definition. `parses`: the grammar sees no fault in the whole file.
    """

    spans: tuple[Span, ...] = ()
    defined: bool = False
    parses: bool = False


def places_of(path: str, source: bytes, name: str) -> NamePlaces:
    """Where a name stands in UTF-8 source; never in strings or comments."""
    language = language_of(path)
    wanted = name.encode("utf-8")
    if language is None or len(source) > MAX_SOURCE_BYTES or wanted not in source:
        return NamePlaces()
    tree, macros = parse_with_macros(language, source)
    root = tree.root_node
    starts = {start for start, end in macros.names if source[start:end] == wanted}
    defining: set[int] = set()
    for first, last in _ranges(source, wanted):
        cursor = tree_sitter.QueryCursor(query_of(language))
        cursor.set_byte_range(first, last)
        for _pattern, captures in cursor.matches(root):
            starts.update(start for text, start in _names(captures, source) if text == wanted)
            if "name" in captures and DECLARED not in captures:
                defining.add(captures["name"][0].end_byte)
    spans = tuple((start, start + len(wanted)) for start in sorted(starts))
    defined = any(end in defining for _start, end in spans)
    return NamePlaces(spans, defined, not root.has_error)


def _ranges(source: bytes, wanted: bytes) -> Iterator[Span]:
    """Parts of the source in which the bytes stand anywhere, apart from each other."""
    first = last = -1
    start = source.find(wanted)
    while start >= 0:
        if first >= 0 and start - last > NEAR_BYTES:
            yield first, last
            first = start
        first, last = (start if first < 0 else first), start + len(wanted)
        start = source.find(wanted, last)
    yield first, last


def _names(captures: Captures, source: bytes) -> Iterator[tuple[bytes, int]]:
    """The names that one match holds, with where each begins; dotted ones in parts."""
    for node in captures.get("identifier", ()):
        yield source[node.start_byte : node.end_byte], node.start_byte
    for node in captures.get("identifiers", ()):
        start = node.start_byte
        for part in source[start : node.end_byte].split(b"."):
            yield part, start
            start += len(part) + 1
