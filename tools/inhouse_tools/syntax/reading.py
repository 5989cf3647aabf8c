"""One parse of a file with everything that its query captured."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter

from inhouse_tools.syntax.languages import (
    MAX_SOURCE_BYTES,
    Language,
    language_of,
    parse_with_macros,
    query_of,
)
from inhouse_tools.syntax.macros import Macros
from inhouse_tools.syntax.tree import Span

DECLARED = "symbol.declaration"
"""What captures a name that is declared here and defined elsewhere, as in headers of C."""
Captures = dict[str, list[tree_sitter.Node]]


@dataclass(frozen=True)
class Reading:
    """What was captured: `matches` of definitions in the order of their patterns, and the rest.

    `identifiers` are nodes of names; `marks` are all other nodes by the name of their capture, and
    `macros` has what no node stands for.
    """

    language: Language
    source: bytes
    root: tree_sitter.Node
    matches: list[Captures]
    identifiers: list[tree_sitter.Node]
    marks: Captures
    macros: Macros

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
        """Where the names of definitions end; of a dotted name the last part is the name.

        What is merely declared is a use of what is defined elsewhere.
        """
        defined = (match for match in self.matches if DECLARED not in match)
        return frozenset(match["name"][0].end_byte for match in defined)

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
        row = begin = 0
        for start, end in self.macros.names:
            row += self.source.count(b"\n", begin, start)
            begin = start
            yield self.source[start:end], start, row

    def uses(self) -> list[bytes]:
        """Every name in code that defines nothing; faster than names()."""
        source, defining = self.source, self.defining
        plain = [(node.start_byte, node.end_byte) for node in self.identifiers]
        plain += self.macros.names
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
    tree, macros = parse_with_macros(language, source)
    root = tree.root_node
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
    matches = [each for _, each in named]
    return Reading(language, source, root, matches, identifiers, marks, macros)
