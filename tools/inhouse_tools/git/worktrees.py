"""Further folders of files of one repository, each on a branch of its own."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.git.log import head_of
from inhouse_tools.git.repository import Repository, open_repository
from inhouse_tools.git.status import status
from inhouse_tools.refusal import Refusal

BRANCH: Final = "inhouse/{}"
NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
BAD_NAME: Final = (
    "{!r} cannot name a worktree: take letters, digits, '-', '_' and '.', at most 64 of them."
)
# A checkout of a large repository takes its time.
CHECKOUT_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Worktree:
    """A folder of files; `branch` is empty when its HEAD is detached.

    `missing`: git knows of it, but its folder is gone.
    """

    path: Path
    branch: str
    head: str
    missing: bool = False

    @property
    def name(self) -> str:
        """The last part of its folder."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class Removed:
    """A worktree that is gone; its `branch` is named when it stays, as it holds commits."""

    name: str
    branch: str = ""


def is_name(name: str) -> bool:
    """Whether a worktree can be called so."""
    whole = NAME.fullmatch(name) is not None
    return whole and ".." not in name and not name.endswith(".lock")


async def all_worktrees(repository: Repository) -> tuple[Worktree, ...] | Refusal:
    """Every worktree of the repository, the main one first."""
    answer = await repository.demand("worktree", "list", "--porcelain")
    if isinstance(answer, Refusal):
        return answer
    found: list[Worktree] = []
    for block in answer.text.split("\n\n"):
        about: dict[str, str] = {}
        for line in block.split("\n"):
            key, _, value = line.partition(" ")
            about[key] = value
        if "worktree" in about:
            path = Path(about["worktree"])
            branch = about.get("branch", "").removeprefix("refs/heads/")
            head = about.get("HEAD", "")
            found.append(Worktree(path, branch, head, not (path / ".git").exists()))
    return tuple(found)


async def worktrees_in(repository: Repository, home: Path) -> tuple[Worktree, ...] | Refusal:
    """The worktrees whose folders lie right in `home`, a resolved path."""
    found = await all_worktrees(repository)
    if isinstance(found, Refusal):
        return found
    return tuple(one for one in found if one.path.parent == home)


async def open_worktree(repository: Repository, home: Path, name: str) -> Worktree | Refusal:
    """The worktree of this name in `home`; made from HEAD on a branch of its own when it is new."""
    if not is_name(name):
        return Refusal(BAD_NAME.format(name))
    found = await worktrees_in(repository, home)
    if isinstance(found, Refusal):
        return found
    known = next((one for one in found if one.name == name), None)
    if known is not None and not known.missing:
        return known
    head = await head_of(repository)
    if isinstance(head, Refusal):
        return head
    if not head:
        return Refusal("There is no commit yet that a worktree could begin with. Commit first.")
    if known is not None:
        forgotten = await repository.demand("worktree", "remove", "--force", str(known.path))
        if isinstance(forgotten, Refusal):
            return forgotten
    branch = BRANCH.format(name)
    exists = await repository.ask("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    if isinstance(exists, Refusal):
        return exists
    path = home / name
    new = [] if exists.code == 0 else ["-b", branch]
    made = await repository.as_person(
        "worktree",
        "add",
        "--quiet",
        *new,
        "--",
        str(path),
        branch if exists.code == 0 else head,
        seconds=CHECKOUT_SECONDS,
    )
    return made if isinstance(made, Refusal) else Worktree(path, branch, head)


async def remove_worktree(
    repository: Repository, home: Path, name: str, *, force: bool = False
) -> Removed | Refusal:
    """Delete a worktree; only with `force` when it holds what was not committed.

    Its branch goes too when all its commits are in HEAD.
    """
    found = await worktrees_in(repository, home)
    if isinstance(found, Refusal):
        return found
    known = next((one for one in found if one.name == name), None)
    if known is None:
        return Refusal(f"There is no worktree {name}. `inhouse worktrees list` shows them.")
    if not known.missing and not force:
        refused = await _refuse_changed(repository, known)
        if refused is not None:
            return refused
    forced = ["--force"] if force or known.missing else []
    gone = await repository.as_person(
        "worktree", "remove", *forced, "--", str(known.path), seconds=CHECKOUT_SECONDS
    )
    if isinstance(gone, Refusal):
        return gone
    if not known.branch:
        return Removed(name)
    merged = await repository.ask("merge-base", "--is-ancestor", known.head, "HEAD")
    if isinstance(merged, Refusal) or merged.code != 0:
        return Removed(name, known.branch)
    deleted = await repository.ask("branch", "--quiet", "-D", "--", known.branch)
    kept = isinstance(deleted, Refusal) or deleted.code != 0
    return Removed(name, known.branch if kept else "")


async def _refuse_changed(repository: Repository, worktree: Worktree) -> Refusal | None:
    """Why a worktree must stay: it holds changes that are nowhere else."""
    opened = await open_repository(worktree.path, trusted=repository.trusted)
    if isinstance(opened, Refusal):
        return opened
    now = await status(opened)
    if isinstance(now, Refusal):
        return now
    if now.clean:
        return None
    count = sum(map(len, (now.staged, now.unstaged, now.untracked, now.conflicted)))
    what = "1 change that is" if count == 1 else f"{count} changes that are"
    return Refusal(
        f"The worktree {worktree.name} holds {what} not committed ({worktree.path}). "
        "Commit them there, or delete them with --force."
    )
