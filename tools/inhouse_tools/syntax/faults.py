"""Where a file does not parse."""

import ast
import json
import tomllib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES, language_of, parse

MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A place that does not parse: line and column count from 1, `text` says what is wrong."""

    line: int
    column: int
    text: str


def errors(path: str, source: bytes) -> tuple[SyntaxFault, ...]:
    """The faults of UTF-8 source, at most 20; none for languages we do not know."""
    language = language_of(path)
    if language is None or len(source) > MAX_SOURCE_BYTES:
        return ()
    tree = parse(language, source)
    faults = tuple(_faults(tree.root_node)) if tree.root_node.has_error else ()
    if language.name == "python":
        return _judged_by_python(source, faults)
    if faults and language.name in {"json", "toml"} and _loads(language.name, source):
        return ()
    return faults


def _faults(root: tree_sitter.Node) -> Iterator[SyntaxFault]:
    stack = [root]
    found = 0
    while stack and found < MAX_FAULTS:
        node = stack.pop()
        if node.is_missing:
            found += 1
            yield _fault(node, f"{node.type} is missing")
        elif node.is_error:
            found += 1
            first = (node.text or b"").decode("utf-8", "replace").strip().split("\n")[0]
            yield _fault(node, f"unexpected {first[:60]!r}" if first else "something is missing")
        else:
            stack.extend(child for child in reversed(node.children) if child.has_error)


def _fault(node: tree_sitter.Node, text: str) -> SyntaxFault:
    return SyntaxFault(node.start_point.row + 1, node.start_point.column + 1, text)


def _judged_by_python(source: bytes, faults: tuple[SyntaxFault, ...]) -> tuple[SyntaxFault, ...]:
    """Python's own parser outvotes the grammar where it knows better.

    What it accepts is right. What only it rejects counts when it is about indentation, which
    the grammar forgives; other rejections may be newer syntax than this interpreter's.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        if faults or not isinstance(error, IndentationError):
            return faults
        return (SyntaxFault(error.lineno or 1, error.offset or 1, error.msg),)
    except (ValueError, RecursionError, MemoryError):
        return faults
    return ()


def _loads(language: str, source: bytes) -> bool:
    load = json.loads if language == "json" else tomllib.loads
    try:
        load(source.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True
