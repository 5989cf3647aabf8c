"""The languages we parse: which files, which grammar wheel, which query."""

import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, cast

import tree_sitter

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SOURCE_BYTES = 4_000_000
"""Larger files are generated or data: they are neither checked nor outlined."""


@dataclass(frozen=True, slots=True)
class Language:
    """One grammar. A new language is one line in LANGUAGES and one query file.

    `family` groups languages whose names mean the same when something is renamed. A language
    is `certain` when valid files parse without a fault, so that a fault may stop a write;
    templates (HTML, YAML) and macros (C) break that rule. `data` has keys instead of
    definitions. `query` names queries/QUERY.scm.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    family: str
    query: str
    function: str = "language"
    certain: bool = True
    data: bool = False
    file_names: tuple[str, ...] = ()


LANGUAGES = (
    Language("python", (".py", ".pyi"), "tree_sitter_python", "python", "python"),
    Language(
        "javascript",
        (".js", ".jsx", ".mjs", ".cjs"),
        "tree_sitter_javascript",
        "javascript",
        "javascript",
    ),
    Language(
        "typescript",
        (".ts", ".mts", ".cts"),
        "tree_sitter_typescript",
        "javascript",
        "typescript",
        "language_typescript",
    ),
    Language(
        "tsx", (".tsx",), "tree_sitter_typescript", "javascript", "typescript", "language_tsx"
    ),
    Language("go", (".go",), "tree_sitter_go", "go", "go"),
    Language("rust", (".rs",), "tree_sitter_rust", "rust", "rust"),
    Language("java", (".java",), "tree_sitter_java", "java", "java"),
    Language("c", (".c",), "tree_sitter_c", "c", "c", certain=False),
    Language(
        "cpp",
        (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".h"),
        "tree_sitter_cpp",
        "c",
        "cpp",
        certain=False,
    ),
    Language(
        "ruby",
        (".rb", ".rake", ".gemspec"),
        "tree_sitter_ruby",
        "ruby",
        "ruby",
        file_names=("Rakefile", "Gemfile"),
    ),
    Language("bash", (".sh", ".bash"), "tree_sitter_bash", "bash", "bash"),
    Language("json", (".json",), "tree_sitter_json", "json", "json", data=True),
    Language(
        "yaml", (".yaml", ".yml"), "tree_sitter_yaml", "yaml", "yaml", certain=False, data=True
    ),
    Language("toml", (".toml",), "tree_sitter_toml", "toml", "toml", data=True),
    Language(
        "html", (".html", ".htm"), "tree_sitter_html", "html", "html", certain=False, data=True
    ),
    Language("css", (".css",), "tree_sitter_css", "css", "css", data=True),
)


def language_of(path: str) -> Language | None:
    """The language of a file by its name, or None when we do not parse it."""
    name = PurePosixPath(path.replace("\\", "/")).name
    suffix = PurePosixPath(name).suffix.lower()
    for language in LANGUAGES:
        if name in language.file_names or suffix in language.suffixes:
            return language
    return None


@cache
def grammar_of(language: Language) -> tree_sitter.Language:
    """The grammar, loaded at its first use."""
    module = importlib.import_module(language.module)
    pointer = cast("Callable[[], object]", getattr(module, language.function))
    return tree_sitter.Language(pointer())


@cache
def query_of(language: Language) -> tree_sitter.Query:
    """The symbol and identifier patterns of a language."""
    file = Path(__file__).parent / "queries" / f"{language.query}.scm"
    return tree_sitter.Query(grammar_of(language), file.read_text(encoding="utf-8"))


def parse(language: Language, source: bytes) -> tree_sitter.Tree:
    """The tree of UTF-8 source; there is always one, with ERROR nodes where it is wrong."""
    return tree_sitter.Parser(grammar_of(language)).parse(source)
