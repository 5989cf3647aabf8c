"""The environment of what we start: nothing in it leads into a folder that is not trusted."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.trust.identity import project_folder
from inhouse.trust.standing import standing_of

if TYPE_CHECKING:
    from inhouse.trust.finding import Finding

LEADING: Final = (
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_EXEC_PATH", "LD_LIBRARY_PATH", "LD_PRELOAD"),
    *("NODE_OPTIONS", "NODE_PATH", "PERL5LIB", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP"),
    *("RIPGREP_CONFIG_PATH", "RUBYLIB", "RUBYOPT"),
)
"""Variables that make a program obey or load a file; PATH is cut instead of dropped."""
GIT_SETTINGS: Final = "GIT_CONFIG_PARAMETERS"
"""What `git -c` sets for the commands that git starts; it wins over every file."""
_SEPARATORS = re.compile(r"[\s:=]+")
_changed: Final[dict[str, tuple[str, str]]] = {}
"""What a variable was and what it was made, "" for none, so that it can be as it was again."""


def guard(root: Path, found: "Sequence[Finding]" = ()) -> None:
    """Change this process's environment so that an untrusted project's programs are not found, and
    git runs none of those found that was not agreed to: for all that is started from here on.

    What an earlier guard took away comes back where the folder has been trusted since.
    """
    for name, (before, made) in _changed.items():
        if os.environ.get(name, "") == made:
            _set(name, before)
    _changed.clear()
    for name, made in _guarded(root, found, os.environ).items():
        before = os.environ.get(name, "")
        if made != before:
            _changed[name] = (before, made)
            _set(name, made)


def _guarded(
    root: Path, found: "Sequence[Finding]", environment: Mapping[str, str]
) -> dict[str, str]:
    """What these variables have to be, "" for not set."""
    standing, project = standing_of(root), project_folder(root)
    made: dict[str, str] = {}
    held = [one for one in found if one.kind == "git" and not standing.obeys(one)]
    if held:
        # Only then: a project's own tests may well use hooks and bare repositories.
        from inhouse.trust.found_git import settings_without

        made[GIT_SETTINGS] = settings_without(held)
    if standing.trusted or Path.home().is_relative_to(project):
        # Somebody's home may be a repository, and what lies in it is theirs.
        return made
    parts = environment.get("PATH", os.defpath).split(os.pathsep)
    made["PATH"] = os.pathsep.join(part for part in parts if not _leads(part, project))
    for name in LEADING:
        if any(_names(part, project) for part in _SEPARATORS.split(environment.get(name, ""))):
            made[name] = ""
    return made


def _set(name: str, value: str) -> None:
    if value:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)


def _names(part: str, project: Path) -> bool:
    """Whether a part of a variable is a path that leads into the project, and no option."""
    if not part or part.startswith("-"):
        return False
    try:
        is_path = "/" in part or (project / part).exists()
    except OSError:
        # Too long for a name.
        return False
    return is_path and _leads(part, project)


def _leads(part: str, project: Path) -> bool:
    """Whether a path is relative, or leads into the project."""
    try:
        path = Path(part)
        return not path.is_absolute() or path.resolve().is_relative_to(project)
    except (OSError, RuntimeError, ValueError):
        return True
