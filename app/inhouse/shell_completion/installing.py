"""Where the shells look for completions of a person, and which of these files are ours."""

import os
from pathlib import Path
from typing import Final

from inhouse.shell_completion.scripts import MARK, SCRIPTS
from inhouse_tools.writing.small_file import replace_text

MOST_BYTES: Final = 65_536


def completion_folders() -> tuple[tuple[Path, str], ...]:
    """The folder of each shell in `SCRIPTS`, and the name of the file in it."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return (
        (data / "bash-completion/completions", "inhouse"),
        (data / "zsh/site-functions", "_inhouse"),
        (config / "fish/completions", "inhouse.fish"),
    )


def place_of(shell: str) -> Path:
    """The file that this shell loads, or can be told to load."""
    folder, name = completion_folders()[list(SCRIPTS).index(shell)]
    return folder / name


def is_ours(path: Path) -> bool:
    """Whether this is a plain file that we have written."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        return MARK in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def install(shell: str) -> Path:
    """Write the script of a shell; returns where. Raises OSError, also for a file not ours."""
    path = place_of(shell)
    if path.is_symlink() or (path.exists() and not is_ours(path)):
        raise FileExistsError(17, "there is a file that inhouse did not write", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, SCRIPTS[shell])
    return path
