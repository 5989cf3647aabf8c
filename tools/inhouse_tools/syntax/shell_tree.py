"""The tree of a bash command line as plain values, for those who judge commands."""

import re
from dataclasses import dataclass
from typing import Final

import tree_sitter

from inhouse_tools.syntax.languages import language_of, parse

MAX_DEPTH: Final = 60
"""Nobody nests a command so deeply who wants it to be understood."""
LOST_DASH: Final = re.compile(r"(?<=[ \t])-(?=[ \t]*<<)")
"""A lone dash before a here-document, which the grammar drops."""


@dataclass(frozen=True, slots=True)
class ShellNode:
    """A node of the grammar; `start` and `end` count characters. `faulty`: it does not parse, or
    is nested too deeply and was not looked into."""

    kind: str
    start: int
    end: int
    named: bool
    faulty: bool
    children: tuple["ShellNode", ...]


def shell_tree(command: str) -> ShellNode | None:
    """The tree of a command line, None when the grammar of bash cannot be loaded.

    An escaped backtick is a plain character everywhere, which the grammar does not know in double
    quotes, and a lone dash it may drop: it is shown other characters of the same length there.
    Raises UnicodeEncodeError for lone surrogates.
    """
    language = language_of("command.sh")
    if language is None:
        return None
    shown = LOST_DASH.sub("_", command.replace("\\`", "\\."))
    source = shown.encode("utf-8")
    tree = parse(language, source)
    return _copy(tree.root_node, _character_places(command, source), 0)


def _character_places(command: str, source: bytes) -> list[int] | None:
    """The place in characters of every byte; None when they are the same."""
    if len(command) == len(source):
        return None
    places = [at for at, letter in enumerate(command) for _byte in letter.encode("utf-8")]
    return [*places, len(command)]


def _copy(node: tree_sitter.Node, places: list[int] | None, depth: int) -> ShellNode:
    start, end = node.start_byte, node.end_byte
    if places is not None:
        start, end = places[start], places[end]
    deep = depth >= MAX_DEPTH
    children = () if deep else tuple(_copy(one, places, depth + 1) for one in node.children)
    faulty = deep or node.is_error or node.is_missing
    return ShellNode(node.type, start, end, node.is_named, faulty, children)
