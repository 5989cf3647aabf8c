"""Rows in aligned columns, safe to show."""

from collections.abc import Sequence

import typer

from inhouse.sanitise import sanitise_line


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print the rows; the last column is not padded."""
    shown = [[sanitise_line(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*shown, strict=True)]
    for row in shown:
        padded = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        typer.echo("  ".join([*padded, row[-1]]).rstrip())
