"""Which meanings are told of a file, by its language."""

from inhouse_tools.syntax.javascript_names import JavaScriptNames
from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES, language_of, parse
from inhouse_tools.syntax.meanings import Names
from inhouse_tools.syntax.python_names import PythonNames

FAMILIES = frozenset({"python", "javascript"})
"""Families of languages whose names have meanings here."""


def names_of(path: str, source: bytes) -> Names | None:
    """The names of UTF-8 source; None for other languages and too large files."""
    language = language_of(path)
    if language is None or language.family not in FAMILIES or len(source) > MAX_SOURCE_BYTES:
        return None
    root = parse(language, source).root_node
    kind = PythonNames if language.family == "python" else JavaScriptNames
    return kind(root, source)
