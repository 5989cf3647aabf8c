"""Text and JSON on standard output, safe to show."""

import json
from typing import Any

import typer

from inhouse.sanitise import escape_json, sanitise


def say(text: str, *, err: bool = False) -> None:
    """Print text with a line end; untrusted parts become visible escapes."""
    typer.echo(sanitise(text), err=err)


def say_json(value: Any) -> None:
    """Print a value for scripts, over several lines."""
    typer.echo(escape_json(json.dumps(value, indent=2)))
