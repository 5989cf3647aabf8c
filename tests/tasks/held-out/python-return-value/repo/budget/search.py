"""Finds lines."""

from operator import itemgetter

from budget.bank import BankImporter
from budget.parse import parse_line


def largest(lines, count):
    """Return the texts of the largest expenses, the largest first."""
    found = sorted(map(parse_line, lines), key=itemgetter(1))
    return [entry[-1] for entry in found[:count]]


def known_to_bank(line, bank_lines):
    """Tell whether the bank has a line with the same day and cents."""
    rows = [BankImporter().parse_line(row) for row in bank_lines]
    wanted = parse_line(line)[:2]
    return any((row[0], int(row[1])) == wanted for row in rows)
