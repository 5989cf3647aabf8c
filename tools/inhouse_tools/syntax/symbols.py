"""The functions, classes and other named parts of a file."""

from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.languages import (
    MAX_SOURCE_BYTES,
    Language,
    language_of,
    parse,
    query_of,
)

ATTACHED = frozenset({"attribute_item", "decorator"})
"""Siblings that belong to the definition after them."""
CONTAINERS = frozenset({"class", "struct", "interface", "trait", "enum", "scope"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named part of a file: "Class.method", and "name#2" for the second of the same name.

    Lines count from 1, both ends included; bytes are a half-open span of the UTF-8 source. The
    span begins with a directly preceding comment, goes on at `outer_byte` with decorators or
    words such as `export`, and at `core_byte` with the definition itself.
    """

    name: str
    kind: str
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    outer_byte: int
    core_byte: int


@dataclass(slots=True)
class _Found:
    """One definition while it is put together from the matches that share its name node."""

    name: str
    kind: str
    core: tree_sitter.Node
    outer: tree_sitter.Node


def symbols(path: str, source: bytes) -> tuple[Symbol, ...]:
    """The symbols of UTF-8 source in the order they stand; none for unknown languages."""
    language = language_of(path)
    if language is None or len(source) > MAX_SOURCE_BYTES:
        return ()
    tree = parse(language, source)
    found = _find(language, tree.root_node)
    found.sort(key=lambda item: (item.outer.start_byte, -item.outer.end_byte))
    enclosing: list[tuple[int, str, str]] = []
    counts: dict[str, int] = {}
    result: list[Symbol] = []
    for item in found:
        while enclosing and enclosing[-1][0] < item.outer.end_byte:
            enclosing.pop()
        name, kind = item.name, item.kind
        if enclosing:
            name = f"{enclosing[-1][1]}.{name}"
            if kind == "function" and enclosing[-1][2] in CONTAINERS:
                kind = "method"
        enclosing.append((item.outer.end_byte, name, kind))
        if kind == "scope":
            continue
        counts[name] = counts.get(name, 0) + 1
        unique = name if counts[name] == 1 else f"{name}#{counts[name]}"
        result.append(_symbol(unique, kind, item, source))
    return tuple(result)


def _find(language: Language, root: tree_sitter.Node) -> list[_Found]:
    found: dict[int, _Found] = {}
    outers: dict[int, tree_sitter.Node] = {}
    matches = tree_sitter.QueryCursor(query_of(language)).matches(root)
    for _pattern, captures in sorted(matches, key=lambda match: match[0]):
        if "name" not in captures:
            continue
        name = captures["name"][0]
        key = name.start_byte
        if "outer" in captures:
            outer = captures["outer"][0]
            known = outers.get(key)
            if known is None or outer.start_byte < known.start_byte:
                outers[key] = outer
        for label, nodes in captures.items():
            if label.startswith("symbol.") and key not in found:
                text = _text(name)
                if "owner" in captures:
                    text = f"{_text(captures['owner'][0])}.{text}"
                found[key] = _Found(text, label.removeprefix("symbol."), nodes[0], nodes[0])
    for key, outer in outers.items():
        if key in found:
            found[key].outer = outer
    return list(found.values())


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode("utf-8", "replace").strip("\"'`").replace("::", ".")


def _symbol(name: str, kind: str, item: _Found, source: bytes) -> Symbol:
    outer = item.outer
    outer_node = _first_attached(outer)
    first = _first_comment(outer_node, source)
    end = item.outer.end_byte
    while end > outer.start_byte and source[end - 1 : end] in {b"\n", b"\r"}:
        end -= 1
    return Symbol(
        name=name,
        kind=kind,
        start_line=source.count(b"\n", 0, first.start_byte) + 1,
        end_line=source.count(b"\n", 0, end) + 1,
        start_byte=first.start_byte,
        end_byte=end,
        outer_byte=outer_node.start_byte,
        core_byte=item.core.start_byte,
    )


def _first_attached(node: tree_sitter.Node) -> tree_sitter.Node:
    before = node.prev_sibling
    while before is not None and before.type in ATTACHED:
        node, before = before, before.prev_sibling
    return node


def _first_comment(node: tree_sitter.Node, source: bytes) -> tree_sitter.Node:
    """The first of the comments that stand directly above, each on lines of its own."""
    before = node.prev_sibling
    while before is not None and "comment" in before.type:
        line_start = source.rfind(b"\n", 0, before.start_byte) + 1
        alone = not source[line_start : before.start_byte].strip()
        gap = source[before.end_byte : node.start_byte]
        # Some grammars count the line break as part of a line comment.
        breaks = gap.count(b"\n") + (1 if (before.text or b"").endswith(b"\n") else 0)
        shebang = (before.text or b"").startswith(b"#!")
        if not alone or breaks != 1 or gap.strip() or shebang:
            break
        node, before = before, before.prev_sibling
    return node
