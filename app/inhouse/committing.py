"""A commit that a person asks for: what goes in, the message, and making it."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inhouse.exit_codes import ExitCode
from inhouse.trust import agrees_to_git
from inhouse_agent.commit_material import MOST_EARLIER, Material
from inhouse_models.chat import ModelClient, ModelError
from inhouse_tools.git.commit import Committed, check_identity, commit
from inhouse_tools.git.diff import diff
from inhouse_tools.git.log import log
from inhouse_tools.git.repository import Repository, open_repository
from inhouse_tools.git.side_index import preview
from inhouse_tools.git.status import Changed, Status, status
from inhouse_tools.refusal import Refusal

if TYPE_CHECKING:
    from inhouse_agent.kit import Emit

NOTHING = "There is nothing to commit: the files are as in the last commit."
NOT_STAGED = (
    "Nothing is staged. Choose files with git add, name them here, or take every changed file "
    "with --all."
)
UNTRACKED_ONLY = "Only untracked files have changed: name those that belong into the commit."
HOOKS_OFF = (
    "The hooks of this repository do not run: you have not agreed to them (`inhouse trust --show` "
    "lists them, --trust agrees)."
)


@dataclass(frozen=True, slots=True)
class CommitWish:
    """What a person wants to commit: what is staged, every changed file that git knows
    (`everything`), or these `paths`, new files among them.

    `message` is given instead of asking the model; `about` is what the model is to mention. With
    `only_message` nobody has to be named, since nothing is committed.
    """

    root: Path
    paths: tuple[Path, ...] = ()
    everything: bool = False
    message: str = ""
    about: str = ""
    only_message: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes into a commit; `paths` None is what is staged. `untracked` are new to git."""

    changes: tuple[Changed, ...]
    paths: tuple[str, ...] | None = None
    untracked: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A commit that waits for a yes. `branch` is empty when HEAD is detached."""

    repository: Repository
    choice: Choice
    message: str
    by: Literal["model", "rule", "person"]
    branch: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoProposal:
    """Why nothing can be committed, for a person, and the exit code that it means."""

    text: str
    code: ExitCode = ExitCode.FAILED


Reach = Callable[[], Awaitable[ModelClient | ModelError]]


async def propose(wish: CommitWish, reach: Reach, emit: "Emit") -> Proposal | NoProposal:
    """What would be committed, and under which message. Nothing is changed yet.

    `reach` finds the model; it is called only when the model has to write the message.
    """
    repository = await open_repository(wish.root, trusted=agrees_to_git(wish.root))
    if isinstance(repository, Refusal):
        return NoProposal(repository.text)
    now = await status(repository, every_file=bool(wish.paths))
    if isinstance(now, Refusal):
        return NoProposal(now.text)
    choice = choose(repository, now, wish)
    if isinstance(choice, Refusal):
        return NoProposal(choice.text)
    unknown = None if wish.only_message else await check_identity(repository)
    if unknown is not None:
        return NoProposal(unknown.text)
    notices = (*choice.notices, *([HOOKS_OFF] if repository.has_hooks else []))
    proposal = Proposal(repository, choice, "", "person", now.branch, notices)
    if wish.message.strip():
        return replace(proposal, message=wish.message.strip() + "\n")
    return await _with_message(proposal, wish.about, reach, emit)


async def _with_message(
    proposal: Proposal, about: str, reach: Reach, emit: "Emit"
) -> Proposal | NoProposal:
    """The proposal with the message that the model writes."""
    from inhouse_agent.commit_message import write_message

    material = await _material(proposal.repository, proposal.choice, about)
    if isinstance(material, Refusal):
        return NoProposal(material.text)
    client = await reach()
    if isinstance(client, ModelError):
        return NoProposal(client.text, ExitCode.ENGINE)
    try:
        written = await write_message(client, emit, material)
    finally:
        await client.close()
    if isinstance(written, ModelError):
        return NoProposal(written.text, ExitCode.ENGINE)
    return replace(proposal, message=written.message.text, by=written.by)


async def carry_out(proposal: Proposal, message: str) -> Committed | Refusal:
    """Make the commit under this message."""
    choice = proposal.choice
    return await commit(proposal.repository, message, choice.paths, choice.untracked)


def choose(repository: Repository, now: Status, wish: CommitWish) -> Choice | Refusal:
    """What of the changes the wish means; a refusal when nothing of it can be committed."""
    if now.conflicted:
        return Refusal(
            f"{now.conflicted[0]} has conflicts. Resolve them, then: git add {now.conflicted[0]}"
        )
    if (wish.paths or wish.everything) and now.operation:
        return Refusal(
            f"A {now.operation} is going on, which is committed as a whole: stage what belongs to "
            "it with git add, then commit without naming files."
        )
    if wish.paths:
        return _choose_paths(repository, now, wish.paths)
    if wish.everything:
        return _choose_all(now)
    if now.staged:
        return Choice(now.staged)
    return Refusal(NOTHING if now.clean else NOT_STAGED)


def _choose_all(now: Status) -> Choice | Refusal:
    changes = _joined((*now.staged, *now.unstaged))
    if not changes:
        return Refusal(UNTRACKED_ONLY if now.untracked else NOTHING)
    left = len(now.untracked)
    notices = (f"{left} untracked left out: name what belongs into the commit.",) if left else ()
    return Choice(changes, _names(changes), notices=notices)


def _choose_paths(repository: Repository, now: Status, paths: Sequence[Path]) -> Choice | Refusal:
    changes: list[Changed] = []
    untracked: list[str] = []
    foreign: list[str] = []
    for path in paths:
        name = _name_of(repository, path)
        if name is None:
            return Refusal(f"{path} lies outside of the repository in {repository.top}.")
        known = [one for one in (*now.staged, *now.unstaged) if _is_below(one.path, name)]
        fresh = [one for one in now.untracked if _is_below(one.rstrip("/"), name)]
        if not known and not fresh:
            return Refusal(f"{path} has no changes that could be committed.")
        changes += known
        # A path that ends with "/" is a repository of its own.
        untracked += [one for one in fresh if not one.endswith("/")]
        foreign += [one for one in fresh if one.endswith("/")]
    new = tuple(dict.fromkeys(untracked))
    chosen = (*_joined(changes), *(Changed(one, "added") for one in new))
    notices = tuple(f"{one} is a repository of its own and left out." for one in foreign)
    return Choice(chosen, _names(chosen), new, notices) if chosen else Refusal(notices[0])


def _name_of(repository: Repository, path: Path) -> str | None:
    """A path as the repository names it, "" for all of it; None outside of it.

    A link is itself, not what it leads to.
    """
    whole = Path(os.path.normpath(repository.root / path))
    place = whole.parent.resolve() / whole.name
    if not place.is_relative_to(repository.top):
        return None
    name = place.relative_to(repository.top).as_posix()
    return "" if name == "." else name


def _is_below(path: str, name: str) -> bool:
    return not name or path == name or path.startswith(f"{name}/")


def _joined(changes: Sequence[Changed]) -> tuple[Changed, ...]:
    """Each path once: what is staged of it says more than what was changed since."""
    return tuple({change.path: change for change in reversed(changes)}.values())[::-1]


def _names(changes: Sequence[Changed]) -> tuple[str, ...]:
    """Every path that is touched: of a renamed file also the old one."""
    moved = (change.was for change in changes if change.kind == "renamed")
    return tuple(dict.fromkeys((*(change.path for change in changes), *moved)))


async def _material(repository: Repository, choice: Choice, about: str) -> Material | Refusal:
    if choice.paths is None:
        differing = await diff(repository, staged=True)
    else:
        differing = await preview(repository, choice.paths)
    if isinstance(differing, Refusal):
        return differing
    commits = await log(repository, MOST_EARLIER)
    if isinstance(commits, Refusal):
        return commits
    earlier = tuple(one.subject for one in commits)
    return Material(choice.changes, differing.files, earlier, about)
