"""A commit of some files only, beside whatever a person has staged: by git's plumbing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.git.commit import Committed, check_identity, joined
from inhouse_tools.git.filters import refuse_filtered
from inhouse_tools.git.log import head_of
from inhouse_tools.git.repository import Repository, literal
from inhouse_tools.git.side_index import UPDATE, write_tree
from inhouse_tools.refusal import Refusal

MOST_SUBJECT: Final = 60


@dataclass(frozen=True, slots=True)
class Unchanged:
    """There was nothing to commit: the files are as in the last commit, or git ignores them."""


async def commit_paths(
    repository: Repository, paths: Sequence[str], message: str
) -> Committed | Unchanged | Refusal:
    """Commit these files as they are now, also new and deleted ones.

    Whatever else is staged or changed stays as it is, and no hook of a commit runs. Files that git
    ignores or that belong to another repository are left out. All happens or nothing: the branch
    moves only from where it was.
    """
    if repository.operation:
        return Refusal(f"A {repository.operation} is going on in this repository.")
    wanted = await _committable(repository, paths)
    if isinstance(wanted, Refusal):
        return wanted
    if not wanted:
        return Unchanged()
    refused = await refuse_filtered(repository, wanted) or await check_identity(repository)
    if refused is not None:
        return refused
    head = await head_of(repository)
    if isinstance(head, Refusal):
        return head
    tree = await write_tree(repository, head, wanted)
    if isinstance(tree, Refusal):
        return tree
    if tree == await _tree_of(repository, head):
        return Unchanged()
    made = await repository.demand(
        "commit-tree", tree, *(["-p", head] if head else []), stdin=os.fsencode(message)
    )
    if isinstance(made, Refusal):
        return made
    return await _arrive(repository, wanted, head, Committed(made.text, _subject(message)))


async def _committable(repository: Repository, paths: Sequence[str]) -> list[str] | Refusal:
    """Those of the paths that belong into this repository and that git does not ignore."""
    own = [path for path in dict.fromkeys(paths) if _belongs(repository.top, path)]
    if not own:
        return []
    # A leading "./" keeps a name from being read as one of git's patterns.
    names = joined(f"./{path}" for path in own)
    answer = await repository.ask("check-ignore", "-z", "--stdin", stdin=names)
    if isinstance(answer, Refusal):
        return answer
    if answer.code not in {0, 1}:
        return Refusal(f"git cannot take these files: {answer.errors}")
    ignored = set(answer.text.split("\0"))
    return [path for path in own if f"./{path}" not in ignored]


def _belongs(top: Path, path: str) -> bool:
    """Whether a path lies below the top and in no repository of its own."""
    parts = Path(path).parts
    if not parts or Path(path).is_absolute() or ".." in parts:
        return False
    folders = [top.joinpath(*parts[:count]) for count in range(1, len(parts))]
    inside = not any((folder / ".git").exists() or folder.is_symlink() for folder in folders)
    return inside and not (top / path).is_dir()


async def _tree_of(repository: Repository, head: str) -> str:
    """The id of a commit's tree, "" when there is none."""
    if not head:
        return ""
    answer = await repository.ask("rev-parse", f"{head}^{{tree}}")
    return "" if isinstance(answer, Refusal) else answer.text


async def _arrive(
    repository: Repository, paths: Sequence[str], head: str, made: Committed
) -> Committed | Refusal:
    """Move index and branch to the new commit, or neither.

    The index goes first: when another git holds it nothing has happened yet, and what it held of
    these paths is put back when the branch was moved by somebody else.
    """
    before = await repository.demand("ls-files", "--stage", "-z", "--", *map(literal, paths))
    if isinstance(before, Refusal):
        return before
    updated = await repository.demand(*UPDATE, stdin=joined(paths))
    if isinstance(updated, Refusal):
        return updated
    unborn = "0" * len(made.id)
    note = f"inhouse: {made.subject[:MOST_SUBJECT]}"
    try:
        moved = await repository.ask("update-ref", "-m", note, "HEAD", made.id, head or unborn)
    finally:
        # Interrupted, it may have been done all the same.
        if await head_of(repository) != made.id:
            gone = b"".join(f"0 {unborn}\t".encode() + joined([path]) for path in paths)
            await repository.ask("update-index", "-z", "--index-info", stdin=gone + before.output)
    if isinstance(moved, Refusal):
        return moved
    if moved.code == 0:
        return made
    return Refusal(f"The branch was moved meanwhile, so nothing was committed: {moved.errors}")


def _subject(message: str) -> str:
    return message.partition("\n")[0]
