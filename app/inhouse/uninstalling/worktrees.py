"""Worktrees of sessions among what is to be removed: git removes them, and what is committed."""

from dataclasses import replace
from pathlib import Path

from inhouse.trust import agrees_to_git
from inhouse.uninstalling.finding import Found, Item, Kept
from inhouse.uninstalling.table import Kind
from inhouse.worktrees import drop_worktree, list_worktrees
from inhouse_tools.git.repository import open_repository
from inhouse_tools.git.worktrees import Removed, all_worktrees
from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.journal import recover


async def keep_unsaved_work(found: Found) -> Found:
    """The same without the worktrees that hold what is not committed: they are kept."""
    items: list[Item] = []
    kept = list(found.kept)
    for item in found.items:
        why = await _reason_to_keep(item.path.resolve()) if item.kind is Kind.WORKTREE else ""
        if why:
            kept.append(Kept(item.path, why))
        else:
            items.append(item)
    return replace(found, items=tuple(items), kept=tuple(kept))


async def drop_found(path: Path) -> Removed | Refusal:
    """Have git remove the worktree at this path, and its branch when nothing is only there."""
    main = await _main_of(path)
    if isinstance(main, Refusal):
        return main
    return await drop_worktree(main, path.name, force=False)


def finish_writes(found: Found) -> tuple[str, ...]:
    """Finish the changes of files that a killed process began, before their journals go.

    Returns what a person should know of them, in sentences.
    """
    states = {item.path.parent.parent for item in found.items if item.kind is Kind.WRITE}
    return tuple(sentence for state in sorted(states) for sentence in recover(state))


async def _reason_to_keep(path: Path) -> str:
    main = await _main_of(path)
    if isinstance(main, Refusal):
        return f"git does not know it as a worktree ({main.text.rstrip('.')})"
    listed = await list_worktrees(main)
    if isinstance(listed, Refusal):
        return listed.text.rstrip(".")
    changes = {one.worktree.path: one.changes for one in listed}.get(path)
    if changes is None:
        return "what it holds cannot be told"
    return f"it holds {changes} uncommitted change{'s' * (changes > 1)}" if changes else ""


async def _main_of(path: Path) -> Path | Refusal:
    """The folder of the repository that a worktree belongs to."""
    repository = await open_repository(path, trusted=agrees_to_git(path))
    if isinstance(repository, Refusal):
        return repository
    known = await all_worktrees(repository)
    if isinstance(known, Refusal):
        return known
    places = [one.path for one in known[1:]]
    if path not in places:
        return Refusal("It is not a worktree.")
    return known[0].path
