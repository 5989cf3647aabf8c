"""Where the program of a check is installed: in the project, or on PATH."""

import os
from pathlib import Path
from typing import Final

PROJECT_FOLDERS: Final = (".venv/bin", "venv/bin", "node_modules/.bin", "vendor/bin")


def find_program(name: str, folder: Path, root: Path) -> str:
    """The absolute path of a program, "" when it is not installed.

    The project's own comes first, from `folder` up to `root`. Relative folders on PATH are not
    looked at. A name such as "./gradlew" is a file of `folder` and nothing else.
    """
    if name.startswith("./"):
        return _executable(folder / name)
    for place in project_folders(folder, root):
        if found := _executable(place / name):
            return found
    for text in os.environ.get("PATH", "").split(os.pathsep):
        if text.startswith("/") and (found := _executable(Path(text) / name)):
            return found
    return ""


def project_folders(folder: Path, root: Path) -> list[Path]:
    """The folders of a project that hold programs, the nearest first, whether they exist or not."""
    above = [at for at in (folder, *folder.parents) if at.is_relative_to(root)]
    return [at / place for at in above for place in PROJECT_FOLDERS]


def _executable(path: Path) -> str:
    return str(path) if path.is_file() and os.access(path, os.X_OK) else ""
