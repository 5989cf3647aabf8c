"""What a grammar says of a file: faults, symbols, names, imports; the only home of tree_sitter."""

from inhouse_tools.syntax.analysis import Analysis, analyse
from inhouse_tools.syntax.comments import comments
from inhouse_tools.syntax.faults import SyntaxFault, errors
from inhouse_tools.syntax.identifiers import (
    Reference,
    identifiers,
    lines_inside_strings,
    references,
)
from inhouse_tools.syntax.imports import Import, imports
from inhouse_tools.syntax.languages import Language, language_of
from inhouse_tools.syntax.signatures import signature
from inhouse_tools.syntax.statements import Statements, statements
from inhouse_tools.syntax.symbols import Symbol, enclosing, symbols

__all__ = [
    "Analysis",
    "Import",
    "Language",
    "Reference",
    "Statements",
    "Symbol",
    "SyntaxFault",
    "analyse",
    "comments",
    "enclosing",
    "errors",
    "identifiers",
    "imports",
    "language_of",
    "lines_inside_strings",
    "references",
    "signature",
    "statements",
    "symbols",
]
