"""Reads what was spent."""

from budget.entry import Entry
from budget.parse import parse_file, parse_line

__all__ = ["Entry", "parse_file", "parse_line"]
