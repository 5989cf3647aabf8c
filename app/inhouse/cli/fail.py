"""Ends a command with one line about what is wrong."""

from typing import NoReturn

import typer

from inhouse.complain import complain
from inhouse.exit_codes import ExitCode


def fail(text: str, code: ExitCode = ExitCode.USAGE) -> NoReturn:
    """Say what is wrong and exit."""
    complain(text)
    raise typer.Exit(code)
