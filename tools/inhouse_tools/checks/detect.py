"""Finds the checks of a project from its files alone: nothing is run, nothing is guessed."""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from inhouse_tools.checks.check import Check
from inhouse_tools.checks.found import compiled, javascript, other, python
from inhouse_tools.checks.found.folder import Folder
from inhouse_tools.checks.programs import find_program

MAX_DEPTH: Final = 2
MAX_FOLDERS: Final = 300
MAX_BYTES: Final = 2_000_000
"""Of all files that are read for it: a repository may have been made to take for ever."""
PASSED_OVER: Final = frozenset(
    {"node_modules", "vendor", "third_party", "target", "build", "dist", "venv", "__pycache__"}
)


def detect(root: Path) -> tuple[Check, ...]:
    """The checks that a project and its parts, two folders deep, name in their files.

    A part's own check is called NAME@FOLDER, and that of the folder above leaves the part to it.
    """
    found: list[Check] = []
    left = MAX_BYTES
    for folder in _folders(root):
        left -= folder.bytes_to_read
        if left < 0:
            break
        for family in (python, javascript, compiled, other):
            found += [_placed(check, folder) for check in family.find(folder)]
    shell = other.shell_check()
    program = find_program(shell.argv[0], root, root)
    if program:
        found.append(replace(shell, program=program))
    return tuple(_left_apart(check, found) for check in found)


def _folders(root: Path) -> Iterator[Folder]:
    """The root and the folders below it, the nearest first; links are not followed."""
    waiting: deque[tuple[str, int]] = deque([("", 0)])
    for _place in range(MAX_FOLDERS):
        if not waiting:
            return
        name, depth = waiting.popleft()
        try:
            with os.scandir(root / name) as entries:
                present = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        if name and any(entry.name == "pyvenv.cfg" for entry in present):
            continue
        yield Folder(root, name, frozenset(entry.name for entry in present))
        if depth == MAX_DEPTH:
            continue
        for entry in present:
            hidden = entry.name.startswith(".") or entry.name in PASSED_OVER
            if not hidden and entry.is_dir(follow_symlinks=False):
                waiting.append((f"{name}/{entry.name}" if name else entry.name, depth + 1))


def _placed(check: Check, folder: Folder) -> Check:
    return replace(
        check,
        name=f"{check.name}@{folder.name}" if folder.name else check.name,
        source=f"{folder.name}/{check.source}" if folder.name else check.source,
        folder=folder.name,
        program=find_program(check.argv[0], folder.path, folder.root),
    )


def _left_apart(check: Check, found: list[Check]) -> Check:
    """The check without the parts of the project that have the same one."""
    tool = check.name.partition("@")[0]
    above = f"{check.folder}/" if check.folder else ""
    parts = [
        one.folder
        for one in found
        if one.name.partition("@")[0] == tool
        and one.folder != check.folder
        and one.folder.startswith(above)
    ]
    return replace(check, apart=tuple(parts))
