"""`inhouse instructions`: which AGENTS.md files the model reads here."""

from pathlib import Path

import typer

from inhouse.complain import complain
from inhouse.sanitise import sanitise_line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("instructions")(list_instructions)


def list_instructions() -> None:
    """List the AGENTS.md chain of this folder, from general to particular."""
    from inhouse_agent.instructions import read_instructions

    found = read_instructions(Path.cwd())
    for file in found.files:
        cut = f", {file.cut_bytes} bytes left out" if file.cut_bytes else ""
        size = len(file.text.encode())
        typer.echo(f"{sanitise_line(str(file.path))} ({size} bytes{cut})")
    if not found.files:
        typer.echo("There is no AGENTS.md or CLAUDE.md for this folder.")
    for notice in found.notices:
        complain(notice)
