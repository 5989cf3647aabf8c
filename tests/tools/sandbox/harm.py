"""What an attack changed, reached or learnt: looked at from outside, the same for every attack."""

import hashlib
import os
import select
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.tools.sandbox.attack import Place
from tests.tools.sandbox.ground import Ground, survivors_of

# What git obeys. All else in its folder is its work, or litter that nobody reads.
OBEYED_BY_GIT = (
    "config", "config.worktree", "commondir", "gitdir", "hooks", "modules", "worktrees",
    "info/attributes", "info/exclude", "objects/info/alternates", "objects/info/http-alternates",
)  # fmt: skip
CHANGED_BY_WORK = frozenset({"index", "HEAD", "ORIG_HEAD", "logs", "COMMIT_EDITMSG", "objects"})
PROTECTED_IN_PROJECT = (
    ".inhouse", ".gitmodules", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout",
    ".profile", ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".gitconfig",
)  # fmt: skip
PROTECTED_IN_HOME = (
    ".ssh", ".gitconfig", ".config/git", ".config/autostart", ".config/systemd",
    ".config/inhouse", ".config/fish", ".local/state/inhouse", ".local/share/inhouse",
)  # fmt: skip
SYSTEM = (
    "/etc/cron.d/inhouse-lab", "/var/spool/cron/crontabs/inhouse-lab", "/etc/profile.d/inhouse-lab",
    "/usr/local/bin/inhouse-lab", "/etc/inhouse-lab", "/dev/inhouse-lab",
    "/sys/inhouse-lab", "/inhouse-lab",
)  # fmt: skip
# What a person does in a folder that a command worked in.
AFTERWARDS = (
    ("status", "--short"),
    ("diff",),
    ("log", "--oneline", "-1"),
    ("add", "code.py"),
    ("stash", "list"),
    ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"),
)

Snapshot = dict[str, str]


@dataclass(frozen=True, slots=True)
class Before:
    """How everything around the project was before an attack."""

    files: Snapshot
    victim: tuple[str, ...]


def look(ground: Ground, place: Place) -> Before:
    """Take down how everything around the project is."""
    return Before(_snapshot(ground, place), _state_of(ground.victim.pid))


def harm(ground: Ground, place: Place, before: Before, output: str) -> tuple[str, ...]:
    """All harm that is seen since `before`, as lines for a report; empty when there is none.

    What git outside obeys shows after `obey`.
    """
    found = [f"it survived: {name}" for name in survivors_of(ground.nonce)]
    found += ground.listeners.arrived()
    if f"WON {ground.nonce}" in output:
        line = next(line for line in output.splitlines() if f"WON {ground.nonce}" in line)
        found.append(f"it succeeded: {line.replace(ground.nonce, '').strip()}")
    if ground.secret in output:
        found.append("it learnt a secret")
    if ground.victim.poll() is not None or _state_of(ground.victim.pid) != before.victim:
        found.append("a process outside was harmed")
    if ground.terminal in select.select([ground.terminal], [], [], 0)[0]:
        found.append(f"the terminal got {os.read(ground.terminal, 1000)!r}")
    after = _snapshot(ground, place)
    names = sorted(before.files.keys() | after.keys())
    changed = [name for name in names if before.files.get(name) != after.get(name)]
    found += [f"{name} changed" for name in changed[:5]]
    return tuple(found)


def obey(ground: Ground, place: Place) -> None:
    """Work in the folder as a person would afterwards, so that what was laid there may act."""
    root = ground.project(place)
    environment = {"PATH": os.environ["PATH"], "HOME": str(ground.home), "LAB": str(ground.folder)}
    folders = dict.fromkeys((root, root / "nested", ground.folder / "project"))
    for folder in (one for one in folders if os.path.lexists(one / ".git")):
        for arguments in AFTERWARDS:
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    ["git", *arguments],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    stdin=subprocess.DEVNULL,
                    timeout=10,
                    check=False,
                )


def _snapshot(ground: Ground, place: Place) -> Snapshot:
    """Every protected file by path, with all that can be changed about it but its time of use."""
    found: Snapshot = {}
    around = [ground.outside, ground.folder / "project-evil", ground.temporary]
    around.append(Path("/dev/shm") / ground.folder.name)
    if place != "the home":
        around.append(ground.home)
    for folder in around:
        _add(found, folder)
    for name in ("leaked", "run", "agent", "docker.sock", "log"):
        _add(found, ground.folder / name)
    for name in SYSTEM:
        _add(found, Path(name))
    for root in dict.fromkeys((ground.project(place), ground.folder / "project")):
        for name in (*PROTECTED_IN_PROJECT, *(PROTECTED_IN_HOME if place == "the home" else ())):
            _add(found, root / name, content_only=True)
        git = root / ".git"
        if git.is_dir() and not git.is_symlink():
            for name in OBEYED_BY_GIT:
                _add(found, git / name, content_only=True)
        else:
            _add(found, git, content_only=True)
    return found


def _add(found: Snapshot, path: Path, *, content_only: bool = False) -> None:
    if ".put-aside-" in path.name:
        # Kept so that nothing is lost, under a name that nobody obeys.
        return
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    if stat.S_ISDIR(status.st_mode) and not path.is_symlink():
        if not content_only:
            found[str(path)] = f"folder {status.st_mode:o} {status.st_uid}"
        for entry in sorted(path.iterdir()):
            # What git notes about a linked worktree changes with every commit in it.
            if content_only and path.name == "worktree" and entry.name in CHANGED_BY_WORK:
                continue
            _add(found, entry, content_only=content_only)
        return
    if facts := _facts(path, status, content_only=content_only):
        found[str(path)] = facts


def _facts(path: Path, status: os.stat_result, *, content_only: bool) -> str:
    content = ""
    if stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        data = path.read_bytes() if os.access(path, os.R_OK) else b"?"
        if content_only and not data:
            # An empty file where there was none is what a boundary puts in the way.
            return ""
        content = hashlib.sha256(data).hexdigest()[:16]
    facts = f"{status.st_mode:o} {status.st_uid} {content}"
    if content_only:
        return facts
    extras = ",".join(os.listxattr(path, follow_symlinks=False))
    return f"{facts} {status.st_nlink} {status.st_mtime_ns} {extras}"


def _state_of(pid: int) -> tuple[str, ...]:
    """What others can change about a process: priority, processors, limits, stopped or not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        limits = Path(f"/proc/{pid}/limits").read_text()
        score = Path(f"/proc/{pid}/oom_score_adj").read_text()
    except FileNotFoundError:
        return ("gone",)
    state = "waits" if fields[0] in "SR" else fields[0]
    return (state, fields[16], limits, score, str(sorted(os.sched_getaffinity(pid))))
