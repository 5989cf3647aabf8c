"""Names as they stand in code: where they are used, and which lines are inside strings."""

from dataclasses import dataclass

from inhouse_tools.syntax.reading import read
from inhouse_tools.syntax.tree import Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a name stands: the line from 1, and a half-open span of bytes."""

    line: int
    start_byte: int
    end_byte: int
    is_definition: bool


def references(path: str, source: bytes, name: str) -> tuple[Reference, ...]:
    """The identifiers with exactly this name; never those in strings or comments."""
    wanted = name.encode("utf-8")
    reading = read(path, source) if wanted in source else None
    if reading is None:
        return ()
    found = {
        start: Reference(row + 1, start, end, end in reading.defining)
        for text, start, row in reading.names()
        if text == wanted and (end := start + len(text))
    }
    return tuple(found[start] for start in sorted(found))


def identifiers(path: str, source: bytes, name: str) -> tuple[Span, ...]:
    """Byte spans of identifiers with exactly this name; never in strings or comments."""
    found = references(path, source, name)
    return tuple((reference.start_byte, reference.end_byte) for reference in found)


def lines_inside_strings(path: str, source: bytes) -> frozenset[int]:
    """Lines, from 0, that begin inside a string and so must not be indented anew.

    Docstrings are left out: their indentation is part of the code around them.
    """
    reading = read(path, source)
    if reading is None:
        return frozenset()
    documentation = reading.spans("docstring")
    lines: set[int] = set()
    for node in reading.marks.get("heredoc", ()):
        lines.update(range(node.start_point.row, node.end_point.row + 1))
    for node in reading.marks.get("string", ()):
        if (node.start_byte, node.end_byte) not in documentation:
            lines.update(range(node.start_point.row + 1, node.end_point.row + 1))
    return frozenset(lines)
