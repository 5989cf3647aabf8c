"""What a command must leave as it is inside a folder where it may write."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inhouse_tools.places.paths import PROTECTED_ANYWHERE, PROTECTED_FILES, git_folders
from inhouse_tools.sandbox.entering import USERS, is_placeholder
from inhouse_tools.sandbox.git_settings import named_by
from inhouse_tools.sandbox.hidden import missing_secrets, own_home
from inhouse_tools.sandbox.looking import Found, look_at

AT_THE_TOP = PROTECTED_ANYWHERE | {
    *(".agents", ".claude", ".codex", ".cursor", ".devcontainer", ".envrc", ".gemini"),
    *(".idea", ".mcp.json", ".ripgreprc", ".vscode"),
}
"""Names in the top folder that editors, agents and shells obey, or that are our own."""
AT_HOME = (
    *(".config/autostart", ".config/environment.d", ".config/fish", ".config/git"),
    *(".config/systemd", ".inputrc", ".local/bin", ".local/share/applications", ".pam_environment"),
    *(".tmux.conf", ".vimrc", ".xinitrc", ".xprofile", ".xsession", ".xsessionrc"),
)
IN_GIT = ("hooks", "config", "modules", "worktrees")
NEUTRAL = {
    "commondir": ".",
    "config.worktree": "",
    "info/attributes": "",
    "info/exclude": "",
    "objects/info/alternates": "",
}
"""Files of a repository that git obeys, with a line that says what their absence says."""


@dataclass(slots=True)
class Guard:
    """How the protected paths of a folder are held.

    `read_only` exist. Of the missing ones, `folders` are held by an empty folder and `files` by a
    file with a neutral text, as long as the command runs. `pinned` are folders above them, which
    must not be renamed. `links` are symlinks: nothing can hold them, so no command may run.
    """

    base: Path
    read_only: set[Path] = field(default_factory=set[Path])
    folders: set[Path] = field(default_factory=set[Path])
    files: dict[Path, str] = field(default_factory=dict[Path, str])
    pinned: set[Path] = field(default_factory=set[Path])
    links: set[Path] = field(default_factory=set[Path])
    modes: dict[Path, int] = field(default_factory=dict[Path, int])

    def hold(self, path: Path, text: str | None = None) -> None:
        """Protect one path; with a `text` it is a file that holds this when it is missing."""
        for at in (*self._between(path), path):
            mode = self._mode(at)
            if stat.S_ISLNK(mode):
                self.links.add(at)
                return
            if not mode or (stat.S_ISDIR(mode) and is_placeholder(at)):
                # The first folder that is missing stands for all below it.
                if text is None or at != path:
                    self.folders.add(at)
                else:
                    self.files[at] = text
                return
            if at != path:
                self.pinned.add(at)
        if text is not None and self._is_held(path, text):
            self.files[path] = text
        else:
            self.read_only.add(path)

    def _between(self, path: Path) -> list[Path]:
        """The folders from the base down to a path."""
        return [at for at in reversed(path.parents) if len(at.parts) > len(self.base.parts)]

    def _mode(self, path: Path) -> int:
        """What stands at a path, 0 for nothing."""
        if path not in self.modes:
            try:
                self.modes[path] = path.lstat().st_mode
            except OSError:
                self.modes[path] = 0
        return self.modes[path]

    def _is_held(self, path: Path, text: str) -> bool:
        """Whether a file is only there because another command runs."""
        users = any((folder / USERS).is_dir() for folder in path.parents if folder in self.pinned)
        return users and path.is_file() and path.stat().st_size <= len(text) + 1


def guard(base: Path, look: Found | None = None) -> Guard:
    """How to protect a writable folder; `look` is what was found in it, if somebody looked."""
    made = Guard(base)
    at_home = base == own_home()
    for name in sorted(AT_THE_TOP - {".git"}):
        made.hold(base / name)
    for name in sorted(PROTECTED_FILES):
        # Elsewhere no shell reads it, so that a symlink does not matter.
        if at_home or not (base / name).is_symlink():
            made.hold(base / name)
    for path in _of_the_person(base):
        made.hold(path)
    for repository in (base / ".git", *(look or look_at(base)).repositories):
        _hold_repository(made, repository)
    # Where nothing can be made, nothing can be put, neither by a command.
    made.folders = {path for path in made.folders if _may_make(path)}
    made.files = {path: text for path, text in made.files.items() if _may_make(path)}
    held = made.read_only | made.folders
    made.folders = {path for path in made.folders if held.isdisjoint(path.parents)}
    made.files = {path: text for path, text in made.files.items() if held.isdisjoint(path.parents)}
    return made


def _may_make(path: Path) -> bool:
    return not path.parent.exists() or os.access(path.parent, os.W_OK)


def protected(base: Path) -> list[Path]:
    """Every protected path of a writable folder, whether it exists or not."""
    made = guard(base)
    return sorted({*made.read_only, *made.folders, *made.files, *made.links})


def _of_the_person(base: Path) -> Iterator[Path]:
    home = own_home()
    if home.is_relative_to(base):
        yield from (home / name for name in (*AT_HOME, *PROTECTED_FILES))
        yield from missing_secrets(base)


def _hold_repository(made: Guard, entry: Path) -> None:
    if not entry.is_dir() or entry.is_symlink() or is_placeholder(entry):
        # A pointer to the folder of a linked worktree or a submodule, a symlink, or nothing yet.
        made.hold(entry)
        folders = [folder for folder in git_folders(entry.parent) if _inside(folder, made.base)]
    else:
        folders = [entry]
    for folder in folders:
        linked = (folder / "commondir").exists() and folder != entry
        for name in IN_GIT:
            if name != "config" or not linked:
                made.hold(folder / name)
        for name, text in NEUTRAL.items():
            made.hold(folder / name, text)
        made.folders.add(folder / USERS)
        named = named_by(folder / "config", entry.parent, made.base)
        for path in (*named.hooks, *named.programs):
            made.hold(path)
        for path in named.included:
            made.hold(path, "")


def _inside(folder: Path, base: Path) -> bool:
    return folder.is_dir() and folder.is_relative_to(base)
