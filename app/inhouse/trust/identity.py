"""Which repository a folder belongs to, and how to tell it from another one in its place."""

from pathlib import Path


def project_folder(folder: Path) -> Path:
    """The repository that holds the folder, or the folder itself outside of any.

    Where that cannot be seen it is the folder itself: an error makes nothing larger.
    """
    folder = folder.resolve()
    try:
        return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)
    except OSError:
        return folder


def is_repository(folder: Path) -> bool:
    """Whether git keeps something here: what is trusted above ends at this folder."""
    try:
        return (folder / ".git").exists()
    except OSError:
        # A folder that may not be looked into is as foreign as another repository.
        return True


def identity_of(folder: Path) -> str:
    """What stays while this is the same repository and changes when another takes its place.

    Inode numbers are reused after a delete, so the time of a file that git writes only once, when
    it creates a repository, is part of it. Empty when there is no such folder.
    """
    try:
        marks = [path.stat().st_ino for path in (folder, folder / ".git") if path.exists()]
        birth = folder / ".git" / "description"
        written = birth.stat().st_mtime_ns if birth.exists() else 0
    except OSError:
        return ""
    return "-".join(str(mark) for mark in (*marks, written)) if marks else ""
