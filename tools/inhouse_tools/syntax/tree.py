"""Small looks at nodes of a tree."""

from collections.abc import Collection, Iterator

import tree_sitter

Span = tuple[int, int]
"""A half-open span of bytes of the UTF-8 source."""


def words(text: str) -> frozenset[str]:
    """A set of words that are written one after the other."""
    return frozenset(text.split())


def text_of(node: tree_sitter.Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def named(node: tree_sitter.Node, field: str) -> tree_sitter.Node | None:
    """The child of a node in a field."""
    return node.child_by_field_name(field)


def places(
    root: tree_sitter.Node, source: bytes, name: str, kinds: Collection[str]
) -> Iterator[tree_sitter.Node]:
    """The nodes of some kinds whose text is a name, in order."""
    wanted = name.encode("utf-8")
    at = source.find(wanted, root.start_byte)
    while 0 <= at < root.end_byte:
        end = at + len(wanted)
        node = root.descendant_for_byte_range(at, end)
        whole = node is not None and (node.start_byte, node.end_byte) == (at, end)
        if node is not None and whole and node.type in kinds:
            yield node
        at = source.find(wanted, end)
