"""One parse of a file with everything that its query captured."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter

from inhouse_tools.syntax.languages import (
    MAX_SOURCE_BYTES,
    Language,
    language_of,
    parse,
    query_of,
)

Span = tuple[int, int]
"""A half-open span of bytes of the UTF-8 source."""
Captures = dict[str, list[tree_sitter.Node]]


@dataclass(frozen=True)
class Reading:
    """What was captured: `matches` of definitions in the order of their patterns, and the rest.

    `identifiers` are nodes of names; `marks` are all other nodes by the name of their capture.
    """

    language: Language
    source: bytes
    root: tree_sitter.Node
    matches: list[Captures]
    identifiers: list[tree_sitter.Node]
    marks: Captures

    def spans(self, mark: str) -> set[Span]:
        """Where the nodes of a capture stand."""
        return {(node.start_byte, node.end_byte) for node in self.marks.get(mark, ())}

    @cached_property
    def comments(self) -> set[Span]:
        """Comments without the line break that some grammars count as a part of them."""
        return {
            (start, end - 1 if self.source[end - 1 : end] == b"\n" else end)
            for start, end in self.spans("comment")
        }

    @cached_property
    def defining(self) -> frozenset[int]:
        """Where the names of definitions end; of a dotted name the last part is the name."""
        return frozenset(match["name"][0].end_byte for match in self.matches)

    def names(self) -> Iterator[tuple[bytes, int, int]]:
        """Every name in code, with where it begins and its row from 0."""
        for node in self.identifiers:
            start = node.start_byte
            yield self.source[start : node.end_byte], start, node.start_point.row
        for node in self.marks.get("identifiers", ()):
            start = node.start_byte
            for part in self.source[start : node.end_byte].split(b"."):
                yield part, start, node.start_point.row
                start += len(part) + 1

    def uses(self) -> list[bytes]:
        """Every name in code that defines nothing; faster than names()."""
        source, defining = self.source, self.defining
        plain = [(node.start_byte, node.end_byte) for node in self.identifiers]
        uses = [source[start:end] for start, end in plain if end not in defining]
        for node in self.marks.get("identifiers", ()):
            parts = source[node.start_byte : node.end_byte].split(b".")
            uses += parts[:-1] if node.end_byte in defining else parts
        return uses


def read(path: str, source: bytes) -> Reading | None:
    """The captures of UTF-8 source; None for unknown languages and too large files."""
    language = language_of(path)
    if language is None or len(source) > MAX_SOURCE_BYTES:
        return None
    root = parse(language, source).root_node
    named: list[tuple[int, Captures]] = []
    identifiers: list[tree_sitter.Node] = []
    marks: Captures = {}
    for pattern, captures in tree_sitter.QueryCursor(query_of(language)).matches(root):
        if "identifier" in captures:
            identifiers += captures["identifier"]
        elif "name" in captures:
            named.append((pattern, captures))
        else:
            for mark, nodes in captures.items():
                marks.setdefault(mark, []).extend(nodes)
    named.sort(key=lambda match: match[0])
    return Reading(language, source, root, [each for _, each in named], identifiers, marks)
