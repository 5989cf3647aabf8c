"""Fresh worktrees for sessions: kept outside of the repository, by name."""

from dataclasses import dataclass
from pathlib import Path

from inhouse.trust import agrees_to_git, is_trusted
from inhouse.trust.deciding import trust_alike
from inhouse_agent.folders import folder_of_root, state_folder
from inhouse_tools.git.repository import Repository, open_repository
from inhouse_tools.git.status import status
from inhouse_tools.git.worktrees import (
    Removed,
    Worktree,
    all_worktrees,
    open_worktree,
    remove_worktree,
    worktrees_in,
)
from inhouse_tools.refusal import Refusal, of_os_error

OPENED = (
    "Working in the worktree {name}: {path}, branch {branch}. To keep its work: "
    "inhouse commit -C {quoted} --all, then git merge {branch}. To drop it: "
    "inhouse worktrees rm {name}"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder to work in instead of the one that was asked for; `notice` says where it is."""

    root: Path
    notice: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A worktree of ours; `changes` counts what is not committed, None when that is unknown."""

    worktree: Worktree
    changes: int | None


async def enter_worktree(root: Path, name: str) -> Opened | Refusal:
    """The same folder in the worktree of this name, which is made when it is new.

    It is trusted when the folder is.
    """
    found = await _find(root)
    if isinstance(found, Refusal):
        return found
    repository, home = found
    problem = _make(home)
    if problem is not None:
        return problem
    made = await open_worktree(repository, home, name)
    if isinstance(made, Refusal):
        return made
    if repository.trusted and not is_trusted(made.path):
        try:
            trust_alike(made.path, root)
        except OSError as error:
            return of_os_error(error, "the list of trusted folders", "write")
    inside = made.path / repository.prefix
    place = inside if inside.is_dir() else made.path
    return Opened(place, describe(made))


async def list_worktrees(root: Path) -> tuple[Listed, ...] | Refusal:
    """The worktrees of this repository that sessions work in."""
    found = await _find(root)
    if isinstance(found, Refusal):
        return found
    repository, home = found
    known = await worktrees_in(repository, home)
    if isinstance(known, Refusal):
        return known
    return tuple([Listed(one, await _count_changes(one)) for one in known])


async def drop_worktree(root: Path, name: str, *, force: bool) -> Removed | Refusal:
    """Delete a worktree that a session worked in."""
    found = await _find(root)
    if isinstance(found, Refusal):
        return found
    repository, home = found
    if repository.top.parent == home:
        return Refusal("You are in a worktree of inhouse: delete it from the repository itself.")
    return await remove_worktree(repository, home, name, force=force)


def describe(worktree: Worktree) -> str:
    """Where a worktree is, and how to merge or remove it."""
    path = str(worktree.path)
    quoted = f"'{path}'" if " " in path else path
    return OPENED.format(
        name=worktree.name, path=path, branch=worktree.branch or "(none)", quoted=quoted
    )


async def _find(root: Path) -> tuple[Repository, Path] | Refusal:
    """The repository, and the folder that its worktrees lie in, also when called from one."""
    repository = await open_repository(root, trusted=agrees_to_git(root))
    if isinstance(repository, Refusal):
        return repository
    known = await all_worktrees(repository)
    if isinstance(known, Refusal):
        return known
    main = known[0].path if known else repository.top
    return repository, _home_of(main)


def _home_of(main: Path) -> Path:
    """Where the worktrees of this repository lie; it may not exist yet."""
    return (folder_of_root(state_folder(), main) / "worktrees").resolve()


def _make(home: Path) -> Refusal | None:
    """Make the folder, for the person alone."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (home.parent, home):
            folder.chmod(0o700)
    except OSError as error:
        return of_os_error(error, str(home), "make")
    return None


async def _count_changes(worktree: Worktree) -> int | None:
    opened = await open_repository(worktree.path, trusted=agrees_to_git(worktree.path))
    if isinstance(opened, Refusal):
        return None
    now = await status(opened)
    if isinstance(now, Refusal):
        return None
    return sum(map(len, (now.staged, now.unstaged, now.untracked, now.conflicted)))
