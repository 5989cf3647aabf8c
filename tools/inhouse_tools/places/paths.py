"""From the path a model wrote to the place it means, judged against the workspace."""

import difflib
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.places.listing import list_files
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, AccessKind, Workspace

PROTECTED_ANYWHERE = frozenset({".git", ".inhouse", ".gitmodules"})
PROTECTED_FILES = frozenset(
    {
        ".bash_login",
        ".bash_logout",
        ".bash_profile",
        ".bashrc",
        ".gitconfig",
        ".profile",
        ".zlogin",
        ".zprofile",
        ".zshenv",
        ".zshrc",
    }
)
MAX_POINTER_BYTES = 4096
# Longer than any system takes; what is refused is not repeated whole.
MAX_PATH_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads. `path` is absolute and resolved: it holds no symlink.

    `name` is relative to the root with "/", and absolute when `outside` the root and all extra
    folders or inside an extra folder. `base` is the folder that holds it, None when outside.
    """

    path: Path
    name: str
    base: Path | None
    protected: bool = False

    @property
    def outside(self) -> bool:
        """Whether the place is in no folder of the workspace."""
        return self.base is None

    def access(self, kind: AccessKind, preview: str = "") -> Access:
        """The place as something that a call would touch."""
        return Access(kind, self.name, self.outside, self.protected, preview)


def resolve(text: str, workspace: Workspace) -> Place | Refusal:
    """The place a tool path means. Neither `~` nor `$` is expanded; symlinks are followed."""
    if not text or "\0" in text:
        return Refusal("file_path is empty." if not text else "A path cannot hold a NUL character.")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return Refusal(f"{text!r} holds characters that no file name can have.")
    if len(text) > MAX_PATH_CHARACTERS:
        return Refusal(f"A path of {len(text)} characters is too long: {text[:80]}…")
    root = workspace.root
    wanted = root / text
    try:
        if text.startswith("~") and not wanted.exists():
            return Refusal(f"{text}: ~ is not expanded. Give a path relative to the project root.")
        if "\\x" in text and not wanted.exists() and (root / unspell(text)).exists():
            wanted = root / unspell(text)
        path = wanted.resolve()
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is a loop of symlinks"
        return Refusal(f"{text} cannot be used as a path: {reason}.")
    return place_of(path, workspace)


def place_of(path: Path, workspace: Workspace) -> Place:
    """The place of an absolute path that holds no symlink."""
    for base in (workspace.root, *workspace.extra):
        if path.is_relative_to(base):
            inside = path.relative_to(base).as_posix()
            name = inside if base == workspace.root else path.as_posix()
            return Place(path, spell(name), base, _is_protected(path, base))
    return Place(path, spell(path.as_posix()), None)


def spell(name: str) -> str:
    """A file name as text on one line: bytes that are not UTF-8 are written as \\xNN, \\x0a too."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\n", "\\x0a")


def unspell(name: str) -> str:
    """The file name that `spell` wrote."""
    raw = re.sub(
        rb"\\x([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), name.encode("utf-8")
    )
    return os.fsdecode(raw)


def _is_protected(path: Path, base: Path) -> bool:
    parts = [_folded(part) for part in path.relative_to(base).parts]
    if any(part in PROTECTED_ANYWHERE for part in parts):
        return True
    if parts and parts[-1] in PROTECTED_FILES:
        return True
    return any(path.is_relative_to(folder) for folder in git_folders(base))


def _folded(part: str) -> str:
    """A name as the most forgiving file system compares it: no case, no invisible characters."""
    visible = "".join(letter for letter in part if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().rstrip(". ")


def git_folders(base: Path) -> tuple[Path, ...]:
    """Where git keeps a repository's state: `.git`, or what it points to in a linked worktree."""
    entry = base / ".git"
    try:
        if not entry.is_file():
            return (entry.resolve(),) if entry.is_dir() else ()
        folder = _pointed(entry, base, "gitdir:")
        common = _pointed(folder / "commondir", folder, "") if folder else None
    except (OSError, RuntimeError):
        return ()
    return tuple(found for found in (folder, common) if found is not None)


def _pointed(file: Path, base: Path, prefix: str) -> Path | None:
    if not file.is_file() or file.stat().st_size > MAX_POINTER_BYTES:
        return None
    text = os.fsdecode(file.read_bytes()).strip()
    if not text.startswith(prefix) or "\0" in text:
        return None
    target = text.removeprefix(prefix).strip()
    return (base / target).resolve() if target else None


def missing(name: str, workspace: Workspace) -> Refusal:
    """That a file does not exist, with the names that were perhaps meant."""
    near = _near(name, list_files(workspace.root).files)
    hint = f" Did you mean {' or '.join(near)}?" if near else " Use glob to see which files exist."
    return Refusal(f"There is no file {name}.{hint}")


def _near(name: str, files: tuple[str, ...]) -> list[str]:
    wanted = name.strip("/").lower()
    last = wanted.rpartition("/")[2]
    same = [file for file in files if file.rpartition("/")[2].lower() == last]
    close = difflib.get_close_matches(wanted, files[:5000], n=3, cutoff=0.7)
    return list(dict.fromkeys([*same[:3], *close]))[:3]
