"""What stands in a file beside its definitions: imports, what must come first, and mere words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES, language_of, parse

Span = tuple[int, int]
"""A half-open span of bytes of the UTF-8 source."""

IMPORTS = frozenset(
    {
        "future_import_statement",
        "import_declaration",
        "import_from_statement",
        "import_statement",
        "preproc_include",
        "use_declaration",
    }
)
REQUIRE = re.compile(rb"require(_relative)?\b|(const|let|var)\s*\{[^}]*\}\s*=\s*require\(")
FIRST = frozenset({"hash_bang_line", "package_clause", "package_declaration"})


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
    language = language_of(path)
    if language is None or len(source) > MAX_SOURCE_BYTES:
        return Statements()
    root = parse(language, source).root_node
    outermost = _guarded(root).children
    imports = tuple(
        _span(node) for node in outermost if node.type in IMPORTS or REQUIRE.match(_text(node))
    )
    words = tuple(_span(node) for node in _words(root, language.name == "python"))
    return Statements(imports, words, _opening(root))


def _guarded(root: tree_sitter.Node) -> tree_sitter.Node:
    """The root, or what stands for it: the guard around the whole of a header of C."""
    parts = [node for node in root.named_children if "comment" not in node.type]
    return parts[0] if len(parts) == 1 and parts[0].type == "preproc_ifdef" else root


def _words(root: tree_sitter.Node, python: bool) -> Iterator[tree_sitter.Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if "comment" in node.type or (python and _is_text(node)):
            yield node
        else:
            stack.extend(reversed(node.children))


def _opening(root: tree_sitter.Node) -> int:
    end = 0
    for node in root.children:
        if "comment" in node.type:
            # A comment without a gap below it belongs to what follows.
            after = node.next_sibling
            near = after is not None and after.start_point.row <= node.end_point.row + 1
            if near and not _text(node).startswith(b"#!"):
                continue
        elif not (node.type in FIRST or _is_text(node)):
            break
        end = node.end_byte
    return end


def _is_text(node: tree_sitter.Node) -> bool:
    """Whether a statement is nothing but a string."""
    inner = node.named_children
    return node.type == "expression_statement" and len(inner) == 1 and inner[0].type == "string"


def _text(node: tree_sitter.Node) -> bytes:
    return node.text or b""


def _span(node: tree_sitter.Node) -> Span:
    return node.start_byte, node.end_byte
