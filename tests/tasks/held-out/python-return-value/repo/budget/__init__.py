"""Reads what was spent."""

from budget.parse import parse_file, parse_line

__all__ = ["parse_file", "parse_line"]
