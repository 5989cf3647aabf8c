"""What a file's grammar says of it: faults, symbols, identifiers; the only home of tree_sitter."""

from inhouse_tools.syntax.faults import SyntaxFault, errors
from inhouse_tools.syntax.identifiers import identifiers, lines_inside_strings
from inhouse_tools.syntax.languages import Language, language_of
from inhouse_tools.syntax.statements import Statements, statements
from inhouse_tools.syntax.symbols import Symbol, symbols

__all__ = [
    "Language",
    "Statements",
    "Symbol",
    "SyntaxFault",
    "errors",
    "identifiers",
    "language_of",
    "lines_inside_strings",
    "statements",
    "symbols",
]
