"""Names as they stand in code: where they are used, and which lines are inside strings."""

import tree_sitter

from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES, language_of, parse, query_of

STRINGS = (
    "string",
    "template_string",
    "raw_string_literal",
    "string_literal",
    "heredoc_body",
    "text_block",
)


def identifiers(path: str, source: bytes, name: str) -> tuple[tuple[int, int], ...]:
    """Byte spans of identifiers with exactly this name; never in strings or comments."""
    wanted = name.encode("utf-8")
    language = language_of(path)
    if language is None or len(source) > MAX_SOURCE_BYTES or wanted not in source:
        return ()
    tree = parse(language, source)
    captures = tree_sitter.QueryCursor(query_of(language)).captures(tree.root_node)
    spans = {
        (node.start_byte, node.end_byte)
        for node in captures.get("identifier", ())
        if source[node.start_byte : node.end_byte] == wanted
    }
    return tuple(sorted(spans))


def lines_inside_strings(path: str, source: bytes) -> frozenset[int]:
    """Lines, from 0, that begin inside a string and so must not be indented anew.

    Docstrings are left out: their indentation is part of the code around them.
    """
    language = language_of(path)
    if language is None or len(source) > MAX_SOURCE_BYTES:
        return frozenset()
    lines: set[int] = set()
    stack = [parse(language, source).root_node]
    while stack:
        node = stack.pop()
        if node.type in STRINGS:
            parent = node.parent
            if not (language.name == "python" and parent and parent.type == "expression_statement"):
                lines.update(range(node.start_point.row + 1, node.end_point.row + 1))
        elif node.end_point.row > node.start_point.row:
            stack.extend(node.children)
    return frozenset(lines)
