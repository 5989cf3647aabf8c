"""The files of a workspace, without what git ignores."""

import os
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".jj",
        ".venv",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tox",
        ".nox",
        ".inhouse",
        ".DS_Store",
    }
)
MAX_FILES = 20_000
MAX_IGNORE_BYTES = 256_000


@dataclass(frozen=True, slots=True)
class Listing:
    """Sorted paths relative to the root with "/"; `cut` when there are more than the limit."""

    files: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Ignores:
    """The ignore rules that hold in a folder: each with the folder that it counts from."""

    rules: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def hides(self, name: str, is_folder: bool) -> bool:
        """Whether the nearest rule that speaks of a path, relative to the root, ignores it."""
        for base, spec in reversed(self.rules):
            inside = name.removeprefix(base) + ("/" if is_folder else "")
            verdict = spec.check_file(inside).include
            if verdict is not None:
                return verdict
        return False


def list_files(root: Path, limit: int = MAX_FILES) -> Listing:
    """Every file under a folder that git would not ignore; near files first when there are many.

    Links to folders are not followed, links to files count when they stay inside the root.
    Folders that cannot be read are passed over.
    """
    exclude = _spec(_rules_in(root / ".git" / "info" / "exclude"))
    first = _Ignores((("", exclude),) if exclude else ())
    waiting: deque[tuple[str, _Ignores]] = deque([("", first)])
    files: list[str] = []
    while waiting:
        folder, ignores = waiting.popleft()
        names, folders, inner = _scan(root, folder, ignores)
        files.extend(names)
        waiting.extend((name, inner) for name in folders)
        if len(files) > limit:
            return Listing(tuple(sorted(files[:limit])), cut=True)
    return Listing(tuple(sorted(files)))


def _scan(root: Path, folder: str, ignores: _Ignores) -> tuple[list[str], list[str], _Ignores]:
    """The files and folders right in one folder, and the rules that hold below it."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(root / folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return files, folders, ignores
    names = {entry.name for entry in found}
    if folder and "pyvenv.cfg" in names:
        return files, folders, ignores
    if ".gitignore" in names:
        spec = _spec(_rules_in(root / folder / ".gitignore"))
        if spec:
            ignores = _Ignores((*ignores.rules, (folder, spec)))
    for entry in found:
        if entry.name in SKIPPED:
            continue
        name = folder + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if ignores.hides(name, is_folder):
            continue
        if is_folder:
            folders.append(name + "/")
        elif entry.is_file(follow_symlinks=False) or _links_inside(entry, root):
            files.append(name)
    return files, folders, ignores


def _links_inside(entry: os.DirEntry[str], root: Path) -> bool:
    try:
        if not (entry.is_symlink() and entry.is_file()):
            return False
        return Path(entry.path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _rules_in(file: Path) -> str:
    """The text of an ignore file; links are not followed, as git does not."""
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_IGNORE_BYTES:
            return ""
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


@lru_cache(maxsize=256)
def _spec(text: str) -> GitIgnoreSpec | None:
    """The rules of an ignore file, without the lines that are no rule."""
    lines = text.splitlines()
    if not lines:
        return None
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_rule(line)])


def _is_rule(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def pattern_spec(pattern: str) -> GitIgnoreSpec | None:
    """A file pattern such as `*.py`, `src/**/*.ts` or `*.{js,ts}`; None when it is no pattern."""
    variants = [part.removeprefix("./").lstrip("!") for part in _braces(pattern.strip())]
    try:
        return GitIgnoreSpec.from_lines(part.replace("#", "\\#") for part in variants if part)
    except ValueError:
        return None


def _braces(pattern: str) -> list[str]:
    """`a.{b,c}` as `a.b` and `a.c`, at most 64 of them."""
    start, end = pattern.find("{"), pattern.find("}")
    if not 0 <= start < end:
        return [pattern]
    result: list[str] = []
    for choice in pattern[start + 1 : end].split(","):
        result.extend(_braces(pattern[:start] + choice + pattern[end + 1 :]))
    return result[:64]
