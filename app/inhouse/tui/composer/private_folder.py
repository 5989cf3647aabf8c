"""Small files that only this person may read, in the folder of one project's state."""

import os
from pathlib import Path

from inhouse_tools.refusal import Refusal, of_os_error


def make_folder(folder: Path) -> None:
    """Make a folder for this person alone, with those above it. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def replace(file: Path, text: str) -> Refusal | None:
    """Put a text into a file at once: whoever reads it sees the old or the new."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        make_folder(file.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(unfinished, flags, 0o600), "w", encoding="utf-8") as new:
            new.write(text)
        unfinished.replace(file)
    except OSError as error:
        return of_os_error(error, str(file), "write")
    return None
