"""The programs that a repository would have git start."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from inhouse.trust.finding import Finding
from inhouse_tools.git.distrust import as_parameters, for_commands
from inhouse_tools.git.programs import HOOK, GitProgram
from inhouse_tools.git.repository import open_repository
from inhouse_tools.refusal import Refusal

PREFIX: Final = "git "


def find_git(project: Path) -> Iterator[Finding]:
    """A finding for each program and hook; none where git cannot be used."""
    if not (project / ".git").exists():
        return
    opened = asyncio.run(open_repository(project))
    if not isinstance(opened, Refusal):
        yield from map(finding_of, opened.programs)


def settings_without(held: Sequence[Finding]) -> str:
    """What keeps the git of commands from running these, as GIT_CONFIG_PARAMETERS; hooks too."""
    keys = [one.key.removeprefix(PREFIX) for one in held]
    return as_parameters(for_commands(key for key in keys if not key.startswith(HOOK)))


def finding_of(program: GitProgram) -> Finding:
    """The finding of one program."""
    key = PREFIX + program.key
    if program.key.startswith(HOOK):
        effect = f"runs at {program.key.removeprefix(HOOK)} when you commit through inhouse"
        return Finding("git", key, program.runs, (effect,), program.digest)
    effect = f"git runs `{program.runs}` ({program.key})"
    return Finding("git", key, ".git/config", (effect,), program.digest)
