"""Reads lines such as `2026-03-01 -250 tea and cake`."""

from budget.entry import Entry


def parse_line(line):
    """Return the entry of one line."""
    day, cents, text = line.split(maxsplit=2)
    return Entry(day, int(cents), text.strip())


def parse_file(path):
    """Return what the lines of a file say; empty ones say nothing."""
    return [parse_line(line) for line in path.read_text().splitlines() if line.strip()]
