"""The files of a workspace, without what git ignores."""

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.places.gitignore import Rules, in_byte_letters, read_rules

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
# A folder that holds this file is an environment of Python, whatever it is called.
ENVIRONMENT_MARK = "pyvenv.cfg"
MAX_FILES = 200_000
MAX_IGNORE_BYTES = 256_000
MAX_POINTER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Listing:
    """Sorted paths relative to the root with "/"; `cut` when there are more than the limit."""

    files: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    """The rules of one ignore file, which count from the folder that ends at letter `begin`."""

    rules: Rules
    begin: int


_Scopes = tuple[_Scope, ...]
"""The rules that hold in a folder, the nearest first: those decide."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin so that all ignore files count that should.

    `top` is the repository that the wanted folder is in, or else the root. `inside` is the wanted
    folder below it, as `a/b/`, or "" when it is `top` itself.
    """

    top: Path
    inside: str
    repository: bool
    scopes: _Scopes


def list_files(root: Path, limit: int = MAX_FILES, under: str = "") -> Listing:
    """Every file that git would not ignore, near files first when there are many.

    `under` is a folder of the root whose files alone are wanted. The ignore files of the whole
    repository count, also of folders above the root; but whoever asks for an ignored folder sees
    what is in it. Tracked files that are ignored are left out, since the index is not read. The
    files of a submodule or another repository inside are listed by its own rules. Links to folders
    are not followed, links to files count when they stay inside the root. Folders that cannot be
    read are passed over.
    """
    start = find_start(root, under)
    waiting: deque[tuple[str, _Scopes]] = deque([(start.inside, start.scopes)])
    files: list[str] = []
    while waiting and len(files) <= limit:
        folder, scopes = waiting.popleft()
        names, folders = _look(start, folder, scopes, root)
        files += names
        waiting.extend(folders)
    shown = f"{under}/" if under else ""
    paths = [shown + name[len(start.inside) :] for name in files[:limit]]
    return Listing(tuple(sorted(paths)), cut=len(files) > limit)


def list_folders(root: Path, limit: int = MAX_FILES) -> tuple[str, ...]:
    """Every folder whose files `list_files` lists, relative to the root with "/", "" for the root;
    also empty ones."""
    start = find_start(root)
    waiting: deque[tuple[str, _Scopes]] = deque([(start.inside, start.scopes)])
    folders: list[str] = []
    while waiting and len(folders) < limit:
        folder, scopes = waiting.popleft()
        folders.append(folder[len(start.inside) :].removesuffix("/"))
        waiting.extend(_look(start, folder, scopes, root)[1])
    return tuple(folders)


def find_start(root: Path, under: str = "") -> Start:
    """Where a listing of a folder of the root begins, and the rules that hold there."""
    wanted = root / under
    repository = _repository_of(root)
    top = repository or root
    scopes = _own_rules(top, "", (), is_repository=repository is not None)
    inside = ""
    for part in wanted.relative_to(top).parts:
        if part in SKIPPED or _hides(scopes, in_byte_letters(inside), part, is_folder=True):
            alone = os.path.lexists(wanted / ".git")
            return Start(wanted, "", alone, _own_rules(wanted, "", (), is_repository=alone))
        inside += part + "/"
        nested = os.path.lexists(top / inside / ".git")
        above = () if nested and repository else scopes
        scopes = _own_rules(top, inside, above, is_repository=nested)
    return Start(top, inside, repository is not None, scopes)


def is_ignored(root: Path, path: str) -> bool:
    """Whether a listing would leave out a path of the root, also one that is gone."""
    repository = _repository_of(root)
    top = repository or root
    scopes = _own_rules(top, "", (), is_repository=repository is not None)
    inside = ""
    *folders, name = (root / path).relative_to(top).parts
    for part in folders:
        if part in SKIPPED or _hides(scopes, in_byte_letters(inside), part, is_folder=True):
            return True
        inside += part + "/"
        if os.path.lexists(top / inside / ENVIRONMENT_MARK):
            return True
        nested = os.path.lexists(top / inside / ".git")
        scopes = _own_rules(
            top, inside, () if nested and repository else scopes, is_repository=nested
        )
    return name in SKIPPED or _hides(scopes, in_byte_letters(inside), name, is_folder=False)


def _repository_of(root: Path) -> Path | None:
    """The folder at or above the root that holds `.git`."""
    return next((it for it in (root, *root.parents) if os.path.lexists(it / ".git")), None)


def _look(
    start: Start, folder: str, scopes: _Scopes, root: Path
) -> tuple[list[str], list[tuple[str, _Scopes]]]:
    """The files right in a folder, and the folders with the rules that hold in them."""
    files: list[str] = []
    folders: list[tuple[str, _Scopes]] = []
    found = _entries_of(start.top / folder)
    names = {entry.name for entry in found}
    if folder != start.inside and ENVIRONMENT_MARK in names:
        return files, folders
    if folder != start.inside and (".git" in names or ".gitignore" in names):
        # Another repository has rules of its own; several of them in a plain folder share its.
        above = () if ".git" in names and start.repository else scopes
        scopes = _own_rules(start.top, folder, above, is_repository=".git" in names)
    letters = in_byte_letters(folder)
    for entry in found:
        name = entry.name
        if name in SKIPPED:
            continue
        is_folder = _is_folder(entry)
        if scopes and _hides(scopes, letters, name, is_folder=is_folder):
            continue
        if is_folder:
            folders.append((f"{folder}{name}/", scopes))
        elif _is_file(entry) or _links_inside(entry, root):
            files.append(folder + name)
    return files, folders


def _entries_of(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _hides(scopes: _Scopes, folder: str, name: str, *, is_folder: bool) -> bool:
    """Whether the nearest rule that is about an entry of a folder (in byte letters) ignores it."""
    name = in_byte_letters(name)
    for scope in scopes:
        verdict = scope.rules.verdict((folder + name)[scope.begin :], name, is_folder)
        if verdict is not None:
            return verdict
    return False


def _own_rules(top: Path, folder: str, above: _Scopes, *, is_repository: bool) -> _Scopes:
    """The rules that hold in a folder: its own before those above."""
    begin = len(in_byte_letters(folder))
    excluded = _exclude_file(top / folder) if is_repository else None
    scopes = above
    for file in (excluded, top / folder / ".gitignore"):
        rules = _rules_in(file) if file else None
        if rules:
            scopes = (_Scope(rules, begin), *scopes)
    return scopes


def _exclude_file(repository: Path) -> Path | None:
    """The rules that a repository keeps to itself; a linked worktree has those of the main one."""
    entry = repository / ".git"
    try:
        if entry.is_dir():
            return entry / "info" / "exclude"
        folder = _pointed(entry, repository, "gitdir:")
        common = _pointed(folder / "commondir", folder, "") if folder else None
    except (OSError, RuntimeError, ValueError):
        return None
    chosen = common or folder
    return chosen / "info" / "exclude" if chosen else None


def _pointed(file: Path, base: Path, prefix: str) -> Path | None:
    """The folder that a one-line file of git names."""
    if not file.is_file() or file.stat().st_size > MAX_POINTER_BYTES:
        return None
    text = os.fsdecode(file.read_bytes()).strip()
    return base / text.removeprefix(prefix).strip() if text.startswith(prefix) else None


def _rules_in(file: Path) -> Rules | None:
    """The rules of an ignore file; links are not followed, as git does not."""
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_IGNORE_BYTES:
            return None
        return read_rules(file.read_bytes())
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _links_inside(entry: os.DirEntry[str], root: Path) -> bool:
    try:
        if not (entry.is_symlink() and entry.is_file()):
            return False
        return Path(entry.path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False
