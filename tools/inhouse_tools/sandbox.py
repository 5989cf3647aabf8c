"""The kernel's boundary around a command: bubblewrap when it runs here, or nothing."""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from inhouse_tools import process
from inhouse_tools.places.paths import PROTECTED_ANYWHERE, PROTECTED_FILES, git_folders
from inhouse_tools.refusal import Refusal

Kind = Literal["bubblewrap", "none", "off"]

HOME_SECRETS = (
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker",
    ".password-store",
    ".mozilla",
    ".netrc",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".config/gcloud",
    ".config/gh",
    ".config/chromium",
    ".config/google-chrome",
    ".config/inhouse",
    ".local/share/inhouse",
    ".local/share/keyrings",
    ".local/state/inhouse",
    ".cache/huggingface/token",
)
OWN_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
GIT_PROTECTED = ("hooks", "config", "config.worktree", "info", "modules", "worktrees")
PROBE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What holds a command back. `label` says it to a person.

    kind "bubblewrap": writes only in `writable`, no network, secrets hidden. "none": there is no
    boundary on this machine, so permission must ask. "off": the person chose none.
    """

    kind: Kind
    label: str
    program: str = ""
    writable: tuple[Path, ...] = ()
    flags: tuple[str, ...] = ()

    @staticmethod
    def none(reason: str) -> "Sandbox":
        """No boundary, and why."""
        return Sandbox("none", f"no sandbox: {reason}")

    @staticmethod
    def off() -> "Sandbox":
        """No boundary because the person switched it off."""
        return Sandbox("off", "sandbox off: commands may do anything you may")

    def wrap(self, argv: Sequence[str]) -> tuple[str, ...]:
        """The command that runs `argv` inside the boundary, in the first writable folder."""
        if self.kind != "bubblewrap":
            return tuple(argv)
        root = self.writable[0]
        return (
            self.program,
            *("--unshare-all", *self.flags, "--cap-drop", "ALL"),
            *("--new-session", "--die-with-parent", "--ro-bind", "/", "/"),
            *self._mounts(),
            *("--dev", "/dev", "--proc", "/proc"),
            *("--setenv", "TMPDIR", "/tmp", "--setenv", "XDG_CACHE_HOME", "/tmp/.cache"),  # noqa: S108 - inside, /tmp is the command's own
            *("--chdir", str(root), "--", *argv),
        )

    def _mounts(self) -> list[str]:
        """What is hidden, writable and read-only; a later mount lies over an earlier one.

        What is hidden inside a writable folder must come after it, all other hiding before it.
        """
        before: list[str] = []
        inside: list[str] = []
        for path in _hidden(self.writable):
            within = any(path != base and path.is_relative_to(base) for base in self.writable)
            hiding = ["--tmpfs"] if path.is_dir() else ["--ro-bind", os.devnull]
            covers_root = any(base.is_relative_to(path) for base in self.writable)
            (inside if within and not covers_root else before).extend([*hiding, str(path)])
        for base in self.writable:
            before += ["--bind", str(base), str(base)]
        for base in self.writable:
            inside += _read_only(base)
        return before + inside


def _hidden(writable: Sequence[Path]) -> list[Path]:
    """Folders with sockets, and what a home keeps secret, as far as they exist."""
    home = Path(os.environ.get("HOME") or Path.home())
    wanted = [Path("/tmp"), Path("/run"), *(home / name for name in HOME_SECRETS)]  # noqa: S108 - it is hidden, not used
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    agent = os.environ.get("SSH_AUTH_SOCK", "")
    wanted += [Path(text) for text in (runtime, agent) if text.startswith("/")]
    wanted += [
        Path(folder) / "inhouse"
        for folder in (os.environ.get(name, "") for name in OWN_FOLDERS)
        if folder.startswith("/")
    ]
    found: list[Path] = []
    for path in sorted({entry.resolve() for entry in wanted if _exists(entry)}):
        # Below a hidden folder nothing is left to hide, unless a writable folder shows it again.
        shown_again = any(path.is_relative_to(base) for base in writable)
        if shown_again or not any(path.is_relative_to(outer) for outer in found):
            found.append(path)
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _read_only(base: Path) -> list[str]:
    """Mounts over what a command must not change in a writable folder, as far as it exists.

    `.git` is mounted over itself first, because only a mount point cannot be renamed away.
    """
    mounts: list[str] = []
    for folder in git_folders(base):
        if not folder.is_dir() or not folder.is_relative_to(base):
            continue
        mounts += ["--bind", str(folder), str(folder)]
        mounts += _bound_read_only(folder / name for name in GIT_PROTECTED)
    pointer = base / ".git"
    if pointer.is_file():
        mounts += _bound_read_only([pointer])
    names = sorted((PROTECTED_ANYWHERE | PROTECTED_FILES) - {".git"})
    return mounts + _bound_read_only(base / name for name in names)


def _bound_read_only(paths: Iterable[Path]) -> list[str]:
    mounts: list[str] = []
    for path in paths:
        if _exists(path) and not path.is_symlink():
            mounts += ["--ro-bind", str(path), str(path)]
    return mounts


async def probe(root: Path, extra: Sequence[Path] = ()) -> Sandbox:
    """The strongest boundary that works here, found by running a command in it."""
    writable = tuple(folder.resolve() for folder in (root, *extra))
    program = _program(writable)
    if program is None:
        return Sandbox.none("bubblewrap is not installed (apt install bubblewrap)")
    reason = ""
    candidate = Sandbox("bubblewrap", "", program, writable)
    for flags in (("--unshare-user", "--disable-userns"), ()):
        candidate = replace(candidate, flags=flags)
        result = await process.run(
            candidate.wrap(["/bin/sh", "-c", ":"]), cwd=writable[0], timeout=PROBE_SECONDS
        )
        if isinstance(result, Refusal):
            return Sandbox.none(result.text)
        if result.exit_code == 0 and not result.timed_out:
            names = ", ".join(str(folder) for folder in writable)
            return replace(candidate, label=f"bubblewrap: writes only in {names}, no network")
        reason = result.output.strip().split("\n")[-1] or f"exit code {result.exit_code}"
    return Sandbox.none(f"bubblewrap does not run here ({reason})")


def _program(writable: Sequence[Path]) -> str | None:
    """The system's bwrap, or one on PATH that no command inside could have written."""
    folders = [part for part in os.environ.get("PATH", "").split(":") if part.startswith("/")]
    for folder in ("/usr/bin", *folders):
        found = shutil.which("bwrap", path=folder)
        if found and not any(Path(found).resolve().is_relative_to(base) for base in writable):
            return found
    return None
