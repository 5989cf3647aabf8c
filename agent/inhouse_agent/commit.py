"""The commit after a turn: exactly the files that it changed, under the words of the prompt."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse_agent.commit_form import plain_subject, problem_with, shorten_subject
from inhouse_agent.events import Noticed
from inhouse_tools.git.commit import Committed
from inhouse_tools.git.commit_paths import Unchanged, commit_paths
from inhouse_tools.git.repository import Agrees, Repository, open_repository
from inhouse_tools.git.status import Changed
from inhouse_tools.places.paths import unspell
from inhouse_tools.refusal import Refusal

if TYPE_CHECKING:
    from inhouse_agent.kit import Kit

MARKS: Final = "#>*-`\"' "
SHORT_ID: Final = 10


@dataclass(frozen=True, slots=True)
class TurnCommits:
    """That the changes of every successful turn are committed.

    `trailer` ends each message, "" for none. In a `trusted` folder, which may be asked each time,
    the filters of the repository run; hooks never do: they are for commits that a person makes.
    """

    trailer: str = ""
    trusted: bool | Agrees = False


async def commit_turn(kit: "Kit", prompt: str, changed: Sequence[str]) -> None:
    """Commit what a successful turn changed, if that is wanted; what came of it is a notice.

    `changed` are paths as the tools name them. What the person has staged or changed elsewhere
    stays as it is.
    """
    wanted = kit.options.commits
    if wanted is None or not changed:
        return
    done = await _commit(kit.workspace.root, wanted, prompt, changed)
    if isinstance(done, Refusal):
        kit.emit(Noticed(f"The changes are not committed: {done.text}"))
    elif isinstance(done, Committed):
        kit.emit(Noticed(f"Committed {done.id[:SHORT_ID]}: {done.subject}"))


async def _commit(
    root: Path, wanted: TurnCommits, prompt: str, changed: Sequence[str]
) -> Committed | Unchanged | Refusal:
    repository = await open_repository(root, trusted=wanted.trusted)
    if isinstance(repository, Refusal):
        return repository
    paths = names_in(repository, changed)
    message = turn_message(prompt, paths, wanted.trailer)
    return await commit_paths(repository, paths, message)


def names_in(repository: Repository, changed: Sequence[str]) -> list[str]:
    """Paths of the tools as the repository names them; those outside of it are left out."""
    names: list[str] = []
    for path in changed:
        place = repository.root / path
        if "\\x" in path and not os.path.lexists(place):
            place = repository.root / unspell(path)
        if place.is_relative_to(repository.top):
            names.append(place.relative_to(repository.top).as_posix())
    return names


def turn_message(prompt: str, paths: Sequence[str], trailer: str) -> str:
    """The message of a turn: the first line of what was asked, then the trailer."""
    lines = [line.strip(MARKS) for line in prompt.splitlines()]
    asked = next((line for line in lines if line), "")
    subject = shorten_subject(asked)
    if problem_with(subject):
        subject = plain_subject([Changed(path, "modified") for path in paths])
    return f"{subject}\n\n{trailer}\n" if trailer else f"{subject}\n"
