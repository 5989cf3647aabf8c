"""Where a file does not parse."""

import ast
import json
import tomllib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES, Language, language_of, parse

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
    root = parse(language, source).root_node
    if language.name == "python" and not root.has_error:
        return _indentation(source)
    return faults_of(language, root, source)


def faults_of(language: Language, root: tree_sitter.Node, source: bytes) -> tuple[SyntaxFault, ...]:
    """The faults that the grammar sees, unless a parser that knows better sees none."""
    if not root.has_error or _loads(language.name, source):
        return ()
    return tuple(_faults(root))


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


def _loads(language: str, source: bytes) -> bool:
    """Whether Python's own parser of a language accepts the source."""
    load = {"python": _parse_python, "json": json.loads, "toml": tomllib.loads}.get(language)
    if load is None:
        return False
    try:
        load(source.decode("utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _indentation(source: bytes) -> tuple[SyntaxFault, ...]:
    """A fault of indentation, which the grammar forgives.

    Other faults that only Python sees may be syntax newer than this interpreter.
    """
    try:
        _parse_python(source)
    except IndentationError as error:
        return (SyntaxFault(error.lineno or 1, error.offset or 1, error.msg),)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return ()


def _parse_python(source: str | bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)
