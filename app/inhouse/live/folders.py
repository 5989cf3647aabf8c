"""Whether a folder is one to work in, and which others a person has worked in."""

from collections.abc import Iterable
from pathlib import Path

RECENT = 8
NO_GIT = "This folder is no git repository. /undo works all the same; `git init` would add history."


def is_no_project(root: Path) -> bool:
    """Whether it is the person's home or the root of the disk: too much would be read."""
    root = root.resolve()
    return root in {Path.home().resolve(), Path(root.anchor)}


def recent_folders(limit: int = RECENT) -> tuple[Path, ...]:
    """Folders of earlier sessions that are still there, the newest first. Reads their headers."""
    from inhouse_agent.session import list_sessions

    return still_there((summary.root for summary in list_sessions()), limit)


def still_there(folders: Iterable[Path], limit: int = RECENT) -> tuple[Path, ...]:
    """The first few projects among the folders, each once."""
    found: list[Path] = []
    for folder in folders:
        if len(found) == limit:
            break
        if folder not in found and folder.is_dir() and not is_no_project(folder):
            found.append(folder)
    return tuple(found)


def git_notice(root: Path) -> str:
    """What to say of a folder that no repository holds; empty inside of one."""
    root = root.resolve()
    held = any((at / ".git").exists() for at in (root, *root.parents))
    return "" if held or is_no_project(root) else NO_GIT
