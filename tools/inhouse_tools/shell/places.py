"""Where the words of a command lead: inside the workspace, outside, or to a secret."""

import fnmatch
import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from inhouse_tools.places.paths import PROTECTED_ANYWHERE, PROTECTED_FILES
from inhouse_tools.shell.words import Word

Standing = Literal["inside", "system", "outside"]
"""`system` is what every program needs and nobody keeps secret; `outside` asks."""

MOST_MATCHES: Final = 200
MOST_PATH: Final = 4096
SYSTEM: Final = tuple(
    Path(name)
    for name in (
        "/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/nix", "/System", "/Library",
        "/Applications", "/tmp", "/var/tmp", "/private/tmp",  # noqa: S108 - only recognised
    )
)  # fmt: skip
QUIET_DEVICES: Final = frozenset(
    {
        "/dev/null",
        "/dev/stdin",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/zero",
        "/dev/random",
        "/dev/urandom",
    }
)
SECRET_NAMES: Final = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx",
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".netrc", "_netrc", ".npmrc", ".pypirc",
    ".git-credentials", ".htpasswd", ".pgpass", ".my.cnf", "credentials", "credentials.json",
    "service-account*.json", "secrets.*", ".vault-token", "terraform.tfstate*", "*.tfvars",
    ".bash_history", ".zsh_history", ".python_history",
)  # fmt: skip
NOT_SECRET: Final = (
    "*.example", "*.sample", "*.template", "*.dist", "*.pub", "secrets.py", "secrets.md",
    "secrets.rst", "secrets.go", "secrets.rs", "secrets.ts", "secrets.js",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """The folders of a workspace, resolved, and where in it the command stands; `current` is None
    where that is not known any more."""

    root: Path
    extra: tuple[Path, ...] = ()
    current: Path | None = None

    def standing(self, path: Path) -> Standing:
        """Where a resolved path is."""
        if any(path.is_relative_to(base) for base in (self.root, *self.extra)):
            return "inside"
        home = os.environ.get("HOME", "")
        if home.startswith("/") and path.is_relative_to(home):
            return "outside"
        if str(path) in QUIET_DEVICES or any(path.is_relative_to(base) for base in SYSTEM):
            return "system"
        return "outside"

    def path_of(self, text: str) -> Path | None:
        """What a known word means as a path, resolved; None when it can be none."""
        if not text or "\0" in text or "\n" in text or len(text) > MOST_PATH:
            return None
        base = self.current or self.root
        try:
            return (base / Path(text).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError):
            return None

    def problem_of_operand(self, word: Word, *, contents: bool) -> str:
        """Why a word cannot be read unasked as one or several paths; nothing when it can.

        With `contents` what stands in the file is shown, not only its name.
        """
        if self.current is None:
            return "it is not known in which folder it runs"
        if not word.known or word.strange or word.home or word.expanded:
            return f"what `{word.raw}` stands for is not plain"
        if not word.pattern:
            return "" if word.text == "-" else self._problem_of_path(word.text, contents=contents)
        if not word.bare or "[" in word.raw:
            return f"which files `{word.raw}` stands for is not plain"
        matches = list(islice(_matches(self.current, word.text), MOST_MATCHES + 1))
        if len(matches) > MOST_MATCHES:
            return f"`{word.raw}` stands for too many files"
        for match in matches or [word.text]:
            if match.startswith("-"):
                return f"`{word.raw}` stands for a file whose name is an option"
            problem = self._problem_of_path(match, contents=contents)
            if problem:
                return problem
        return ""

    def _problem_of_path(self, text: str, *, contents: bool) -> str:
        path = self.path_of(text)
        if path is None or self.standing(path) != "inside":
            return f"{text} is outside the folder"
        if contents and is_secret(path):
            return f"{text} may hold secrets"
        if contents and any(part.casefold() in PROTECTED_ANYWHERE for part in path.parts):
            return f"{text} is protected"
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return ""
        except (OSError, ValueError):
            return f"{text} cannot be looked at"
        plain = not contents or stat.S_ISREG(mode) or stat.S_ISDIR(mode)
        return "" if plain else f"{text} is no regular file"

    def holds_secrets(self, text: str) -> bool:
        """Whether a secret lies directly in a folder."""
        path = self.path_of(text)
        try:
            with os.scandir(path) as entries:
                return any(is_secret(Path(entry.name)) for entry in entries)
        except OSError:
            return False


def is_secret(path: Path) -> bool:
    """Whether a file's name says that it holds what nobody else should read."""
    name = path.name.casefold()
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in NOT_SECRET):
        return False
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in SECRET_NAMES)


def is_protected(path: Path, root: Path) -> bool:
    """Whether a path belongs to git, to us, or is what a shell reads at its start."""
    if not path.is_relative_to(root):
        return False
    parts = [part.casefold() for part in path.relative_to(root).parts]
    if any(part in PROTECTED_ANYWHERE for part in parts):
        return True
    return bool(parts) and parts[-1] in PROTECTED_FILES


def _matches(folder: Path, pattern: str) -> Iterator[str]:
    """The files that an unquoted pattern stands for; hidden ones need their dot, as in bash."""
    if pattern.startswith("/"):
        return iter([pattern])
    return glob.iglob(pattern, root_dir=folder)  # noqa: PTH207 - Path.glob gives hidden files
