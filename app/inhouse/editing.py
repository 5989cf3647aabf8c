"""A text in the person's own editor."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from inhouse_tools.process import hand_over
from inhouse_tools.refusal import Refusal

VARIABLES = ("VISUAL", "EDITOR")
DEFAULT = "vi"


def edit_text(text: str, folder: Path, name: str) -> str | Refusal:
    """The text as the person leaves it; a refusal when there is no editor, or it fails.

    The editor is `$VISUAL`, `$EDITOR` or vi, and takes over the terminal; `name` is what it calls
    the file.
    """
    chosen = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), DEFAULT)
    try:
        command = shlex.split(chosen)
    except ValueError as problem:
        return Refusal(f"The editor {chosen!r} is no command: {problem}.")
    if not command:
        return Refusal("No editor is set. Set one with: export EDITOR=nano")
    with tempfile.TemporaryDirectory(prefix="inhouse-edit-") as place:
        file = Path(place) / name
        file.write_text(text, encoding="utf-8")
        code = asyncio.run(hand_over([*command, str(file)], cwd=folder))
        if isinstance(code, Refusal):
            return Refusal(f"{code.text} Set an editor with: export EDITOR=nano")
        if code != 0:
            return Refusal(f"The editor {command[0]} ended with exit code {code}.")
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            return Refusal(f"What the editor left cannot be read: {problem}.")
