"""What a text in the editor asks for: an answer, a shell command, a slash command."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

COMMAND: Final = re.compile(r"/([A-Za-z][\w-]*)(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Text for the model."""

    text: str


@dataclass(frozen=True, slots=True)
class Shell:
    """A command for the shell, without its "!"."""

    command: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command that there is, and what stands behind its name."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A slash command that there is not; `near` has a similar name, or none."""

    name: str
    near: str

    @property
    def advice(self) -> str:
        """What to do instead, in a sentence."""
        if self.near:
            return f"There is no command /{self.name}. Did you mean /{self.near}?"
        return f"There is no command /{self.name}. /help lists them; a space before / sends it."


Request = Prompt | Shell | Command | Unknown


def read_request(text: str, commands: Sequence[str]) -> Request:
    """What a text asks for; `commands` are the names there are.

    A path, or a comment that begins with "//", is text for the model.
    """
    if text.startswith("!"):
        return Shell(text[1:].strip())
    match = COMMAND.fullmatch(text.rstrip())
    if match is None:
        return Prompt(text)
    name, arguments = match[1], (match[2] or "").strip()
    if name in commands:
        return Command(name, arguments)
    if name.lower() in commands:
        return Command(name.lower(), arguments)
    if os.path.lexists(f"/{name}"):
        return Prompt(text)
    near = get_close_matches(name.lower(), commands, n=1, cutoff=0.5)
    return Unknown(name, near[0] if near else "")


def mark_of(text: str, commands: Sequence[str]) -> str:
    """ "!" for a shell command, "/" for what is or may become a slash command, else ">"."""
    if text.startswith("/"):
        begun = text == "/" or not isinstance(read_request(text, commands), Prompt)
        return "/" if begun else ">"
    return "!" if text.startswith("!") else ">"
