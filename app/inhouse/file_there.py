"""Whether a file is there, for names that come from a model or a person."""

from pathlib import Path


def is_file(path: Path) -> bool:
    """True for a file; False also for what can be no name, such as one that is too long."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
