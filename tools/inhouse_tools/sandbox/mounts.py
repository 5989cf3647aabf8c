"""The view of the file system that a command gets, as arguments of bubblewrap."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse_tools.sandbox.protected import Guard

if TYPE_CHECKING:
    from inhouse_tools.sandbox.boundary import Sandbox

MODERN = ("--unshare-user", "--disable-userns")
"""What only newer ones take; without it the filter alone refuses namespaces."""
# All but the first are root's.
KERNEL_FILES = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs")
# Where some systems keep their programs and name servers, below a folder that is hidden.
SHOWN_LINKS = ("/run/current-system", "/run/booted-system", "/run/opengl-driver")
NAME_SERVERS = "/etc/resolv.conf"


def mounts(sandbox: "Sandbox", concealed: Iterable[Path], guards: Sequence[Guard]) -> list[str]:
    """Everything read-only but the writable folders, in which the guarded paths are read-only.

    Outer mounts come before inner ones, since a later one lies over an earlier. What is at or
    below a writable folder or a cache is seen even when something around it is concealed.
    """
    modern = MODERN[-1] in sandbox.flags
    room = ("--size", str(sandbox.limits.memory)) if modern else ()
    empty = _closed_folder if modern else _read_only_folder
    bases = {*sandbox.writable, *sandbox.caches}
    views: dict[Path, list[str]] = {}
    closed: set[Path] = set()
    for made in guards:
        views |= {path: ["--bind", str(path), str(path)] for path in made.pinned}
        held = {*made.read_only, *made.files}
        views |= {path: ["--ro-bind", str(path), str(path)] for path in held}
        views |= {path: empty(path) for path in made.folders}
        closed |= held | made.folders
    for path in concealed:
        above = any(base.is_relative_to(path) for base in bases)
        scratch = [*room, "--tmpfs", str(path)]
        if not path.is_dir():
            views[path] = ["--ro-bind", os.devnull, str(path)]
        else:
            views[path] = scratch if above or _is_scratch(path) else empty(path)
        closed.add(path)
    how = "--ro-bind" if sandbox.reading else "--bind"
    views |= {base: [how, str(base), str(base)] for base in sandbox.writable}
    views |= {cache: ["--bind", str(cache), str(cache)] for cache in sandbox.caches}
    arguments = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    covered = KERNEL_FILES if os.geteuid() == 0 else KERNEL_FILES[:1]
    for path in (name for name in covered if Path(name).exists()):
        arguments += ["--ro-bind", path, path]
    for path in sorted(views):
        if _is_seen(path, closed, bases):
            arguments += views[path]
    for link in SHOWN_LINKS:
        if Path(link).is_symlink():
            arguments += ["--symlink", str(Path(link).readlink()), link]
    return arguments


def name_servers() -> list[str]:
    """Shows the list of name servers, which often lies in a folder that is hidden."""
    real = os.path.realpath(NAME_SERVERS)
    if real == NAME_SERVERS or not Path(real).exists():
        return []
    return ["--ro-bind", real, real]


def _closed_folder(path: Path) -> list[str]:
    """An empty folder in which nothing is made by mistake; what is made there is gone soon."""
    return ["--perms", "0555", "--tmpfs", str(path)]


def _read_only_folder(path: Path) -> list[str]:
    return ["--tmpfs", str(path), "--remount-ro", str(path)]


def _is_scratch(path: Path) -> bool:
    """Whether programs expect to write there: the temporary folder and those for sockets."""
    return path in (Path("/tmp"), Path("/run")) or path.is_relative_to("/run")  # noqa: S108 - hidden, not used


def _is_seen(path: Path, closed: set[Path], bases: set[Path]) -> bool:
    """Whether no outer mount makes this one pointless: none that is closed, up to a base."""
    if path in bases:
        return True
    for outer in path.parents:
        if outer in bases:
            return True
        if outer in closed:
            return False
    return True
