"""The languages we parse, each described by the head of its query file."""

import ctypes
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import cast

import tree_sitter

from inhouse_tools.syntax.macros import Macros, blank_macros
from inhouse_tools.syntax.tree import Span

QUERIES = Path(__file__).parent / "queries"
MAX_SOURCE_BYTES = 4_000_000
"""Larger files are generated or data: they are neither checked nor outlined."""


@dataclass(frozen=True, slots=True)
class Language:
    """One grammar, described in the head of queries/QUERY.scm; README.md there tells how.

    `files` are patterns such as "*.py", "Makefile" or "Dockerfile.*". `grammar` is a module
    with the function that gives the grammar. `family` groups languages whose names mean the
    same when something is renamed. A language is `certain` when valid files parse without a
    fault, so that a fault may stop a write. `data` has keys instead of definitions. With
    `clauses`, definitions of one name that directly follow each other are one. With `macros`, such
    words stand around declarations and are hidden from the grammar.
    """

    name: str
    files: tuple[str, ...]
    grammar: str
    family: str
    query: str
    certain: bool = False
    data: bool = False
    clauses: bool = False
    macros: bool = False


@cache
def languages() -> tuple[Language, ...]:
    """Every language that has a query file, by name, whether or not its grammar is there."""
    found = [language for file in QUERIES.glob("*.scm") for language in _described(file)]
    return tuple(sorted(found, key=lambda language: language.name))


def _described(file: Path) -> Iterator[Language]:
    """The languages of a query file: each "name" begins one that inherits from the one before."""
    blocks: list[dict[str, str]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith(";"):
            break
        key, colon, value = line.removeprefix(";").partition(":")
        if key.strip() == "name":
            blocks.append(dict(blocks[-1]) if blocks else {})
        if blocks and colon:
            blocks[-1][key.strip()] = value.strip()
    for block in blocks:
        name = block["name"]
        yield Language(
            name=name,
            files=tuple(block["files"].split()),
            grammar=block.get("grammar", f"tree_sitter_{name}.language"),
            family=block.get("family", name),
            query=file.stem,
            certain=block.get("certain") == "yes",
            data=block.get("data") == "yes",
            clauses=block.get("clauses") == "yes",
            macros=block.get("macros") == "yes",
        )


WORDLESS = re.compile("comment|string|char|preproc_arg")
"""Types of nodes in which no name stands, of languages with macros."""


@cache
def _by_pattern() -> dict[str, Language]:
    """Languages by file name, by "*.suffix" and by "prefix.*"."""
    return {pattern: language for language in languages() for pattern in language.files}


def language_of(path: str) -> Language | None:
    """The language of a file by its name, or None when we can't parse it."""
    name = path.replace("\\", "/").rpartition("/")[2]
    stem, _dot, suffix = name.rpartition(".")
    known = _by_pattern()
    language = known.get(name)
    if language is None and stem:
        language = known.get(f"*.{suffix.lower()}") or known.get(f"{name.partition('.')[0]}.*")
    return language if language and grammar_of(language) else None


@cache
def grammar_of(language: Language) -> tree_sitter.Language | None:
    """The grammar, loaded at its first use; None when it is missing or of another ABI."""
    module, _dot, function = language.grammar.rpartition(".")
    try:
        given = cast("Callable[[], object]", getattr(importlib.import_module(module), function))()
        return tree_sitter.Language(_capsule(given) if isinstance(given, int) else given)
    except (ImportError, AttributeError, ValueError):
        return None


def _capsule(pointer: int) -> object:
    """The address that older wheels give, in the form that tree_sitter asks for."""
    wrap = ctypes.pythonapi.PyCapsule_New
    wrap.restype = ctypes.py_object
    wrap.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return cast("object", wrap(pointer, b"tree_sitter.Language", None))


@cache
def query_of(language: Language) -> tree_sitter.Query:
    """The patterns of a language.

    They are empty for a grammar with other node types than ours had: such a file is parsed,
    but nothing is found in it.
    """
    grammar = _loaded(language)
    try:
        return tree_sitter.Query(grammar, query_text(language))
    except tree_sitter.QueryError:
        return tree_sitter.Query(grammar, "")


def query_text(language: Language) -> str:
    """The query file of a language."""
    return (QUERIES / f"{language.query}.scm").read_text(encoding="utf-8")


def parse(language: Language, source: bytes) -> tree_sitter.Tree:
    """The tree of UTF-8 source; there is always one, with ERROR nodes where it is wrong."""
    return parse_with_macros(language, source)[0]


def parse_with_macros(language: Language, source: bytes) -> tuple[tree_sitter.Tree, Macros]:
    """The tree, and what its grammar was not shown; names in comments and strings are none."""
    macros = Macros()
    if language.macros:
        source, macros = blank_macros(source)
    tree = tree_sitter.Parser(_loaded(language)).parse(source)
    names = tuple(name for name in macros.names if _in_code(tree.root_node, name))
    return tree, replace(macros, names=names)


def _in_code(root: tree_sitter.Node, word: Span) -> bool:
    node = root.descendant_for_byte_range(*word)
    return node is None or not WORDLESS.search(node.type)


def _loaded(language: Language) -> tree_sitter.Language:
    grammar = grammar_of(language)
    if grammar is None:
        raise LookupError(f"The grammar of {language.name} can't be loaded.")
    return grammar
