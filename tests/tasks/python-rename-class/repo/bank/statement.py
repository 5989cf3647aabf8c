"""Statements as text."""

from bank.ledger import Ledger
from bank.money import format_cents


def statement(ledger: Ledger) -> str:
    """Return the entries and the balance, a line each."""
    lines = [f"{name}: {format_cents(cents)}" for name, cents in ledger.entries]
    return "\n".join([*lines, f"balance: {format_cents(ledger.balance())}"])


def merge(first: Ledger, second: Ledger) -> Ledger:
    """Return the entries of both under the name of the first owner."""
    merged = Ledger(first.owner)
    merged.entries = first.entries + second.entries
    return merged
