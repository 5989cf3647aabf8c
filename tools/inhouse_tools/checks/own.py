"""Checks that a person has set up, joined with those that the project names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from inhouse_tools.checks.check import FILES, Check, When

SETTINGS: Final = "settings"
"""The source of a check that is wholly the person's own."""
SHELL: Final = "/bin/sh"
FILES_IN_SHELL: Final = '"$@"'


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """What was set: a shell command, in which `{files}` stands for the changed files.

    Without a command it changes when and for which files a check that was found runs.
    """

    command: str = ""
    files: tuple[str, ...] = ()
    when: When = "edit"


@dataclass(frozen=True, slots=True)
class Chosen:
    """All checks of a project, and what could not be set up as the person wished."""

    checks: tuple[Check, ...]
    notices: tuple[str, ...] = ()


def choose(found: Sequence[Check], own: Mapping[str, OwnCheck]) -> Chosen:
    """What the person has set up wins over what was found, by name."""
    by_name = {check.name: check for check in found}
    notices: list[str] = []
    for name, wish in own.items():
        known = by_name.get(name)
        if wish.command:
            by_name[name] = _command(name, wish)
        elif known is None:
            notices.append(
                f"checks.{name} has no command, and the project names no check of this name:"
                " `inhouse checks` lists them."
            )
        else:
            files = wish.files or known.files
            by_name[name] = replace(known, files=files, when=wish.when, configured=True)
    return Chosen(tuple(by_name.values()), tuple(notices))


def _command(name: str, wish: OwnCheck) -> Check:
    """A person's command, run by the shell as it would be in a terminal."""
    script = wish.command.replace(FILES, FILES_IN_SHELL)
    rest = (FILES,) if script != wish.command else ()
    return Check(
        name,
        "test" if wish.when == "end" else "lint",
        ("sh", "-c", script, name, *rest),
        wish.files,
        SETTINGS,
        program=SHELL if Path(SHELL).exists() else "",
        when=wish.when,
        configured=True,
        spelt=wish.command,
    )
