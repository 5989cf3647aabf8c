"""What stands in a file beside its definitions: imports, what must come first, and mere words."""

from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.reading import Reading, read
from inhouse_tools.syntax.tree import Span


@dataclass(frozen=True, slots=True)
class Statements:
    """`imports` are the outermost ones in order, `words` are comments and Python's docstrings.

    `opening` is the byte behind what must stay first: a shebang, the notice above the code, the
    docstring, the package.
    """

    imports: tuple[Span, ...] = ()
    words: tuple[Span, ...] = ()
    opening: int = 0


def statements(path: str, source: bytes) -> Statements:
    """The statements of UTF-8 source; none for unknown languages."""
    reading = read(path, source)
    if reading is None:
        return Statements()
    comments = reading.spans("comment")
    imports = reading.spans("import")
    outermost = map(_span, _guarded(reading.root, comments).children)
    return Statements(
        imports=tuple(span for span in outermost if span in imports),
        words=tuple(sorted(comments | reading.spans("docstring"))),
        opening=_opening(reading, comments),
    )


def _guarded(root: tree_sitter.Node, comments: set[Span]) -> tree_sitter.Node:
    """The root, or what stands for it: the guard around the whole of a header of C."""
    parts = [node for node in root.named_children if _span(node) not in comments]
    return parts[0] if len(parts) == 1 and parts[0].type == "preproc_ifdef" else root


def _opening(reading: Reading, comments: set[Span]) -> int:
    first = reading.spans("opening")
    end = 0
    for node in reading.root.children:
        if _span(node) in comments:
            # A comment without a gap below it belongs to what follows.
            after = node.next_sibling
            near = after is not None and after.start_point.row <= node.end_point.row + 1
            if near and not reading.source.startswith(b"#!", node.start_byte):
                continue
        elif _span(node) not in first:
            break
        end = node.end_byte
    return end


def _span(node: tree_sitter.Node) -> Span:
    return node.start_byte, node.end_byte
