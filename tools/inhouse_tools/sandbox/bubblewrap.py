"""A command in bubblewrap: its own file system view, processes and network, few system calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse_tools.sandbox.entering import Entrance, enter
from inhouse_tools.sandbox.hidden import hidden
from inhouse_tools.sandbox.looking import look_at
from inhouse_tools.sandbox.mounts import mounts, name_servers
from inhouse_tools.sandbox.protected import Guard, guard
from inhouse_tools.sandbox.seccomp import Denied, filter_program
from inhouse_tools.sandbox.way_out import CHANNEL, WayOut, way_out

if TYPE_CHECKING:
    from inhouse_tools.sandbox.boundary import Sandbox
    from inhouse_tools.sandbox.network import Network

NOT_RUN = 126
SYMLINK = (
    "Nothing was run: {} is a symlink, so it cannot be protected from commands. Replace it with "
    "what it points to, or run commands without a sandbox."
)
OWN_FILES = (
    "Nothing was run: single hosts can be granted only where commands cannot change inhouse "
    "itself, and {} lies in a folder that they may write."
)
# Programs keep there what they could download or compute again.
_SET = ("--setenv", "TMPDIR", "/tmp", "--setenv", "XDG_CACHE_HOME", "/tmp/.cache")  # noqa: S108 - inside, /tmp is the command's own
_FILTER = "9"


@dataclass(frozen=True, slots=True)
class View:
    """What is hidden from a command, and how the writable folders are guarded from it."""

    concealed: Sequence[Path]
    guards: Sequence[Guard]


def look_around(sandbox: "Sandbox") -> View:
    """What there is to hide and to guard now."""
    looks = {base: look_at(base) for base in sandbox.writable}
    bases = (*sandbox.writable, *sandbox.caches)
    return View(
        hidden(bases, env_files=sandbox.env_files, looks=looks),
        [] if sandbox.reading else [guard(base, look) for base, look in looks.items()],
    )


def wrap(
    sandbox: "Sandbox", argv: Sequence[str], network: "Network", view: View | None = None
) -> tuple[str, ...]:
    """The command that runs `argv` in the sandbox, in its first writable folder.

    It is one that only says why when the project cannot be protected.
    """
    view = view or look_around(sandbox)
    guards = view.guards
    if links := sorted(link for made in guards for link in made.links):
        return refusal(SYMLINK.format(links[0]))
    way = way_out(network.names) if network.reach == "hosts" else None
    if way and (own := _changeable(way, sandbox)):
        return refusal(OWN_FILES.format(own))
    inside = (
        *(sandbox.program, "--unshare-all", *sandbox.flags, "--cap-drop", "ALL"),
        *(("--share-net",) if network.reach == "all" else ()),
        *("--new-session", "--die-with-parent", *mounts(sandbox, view.concealed, guards)),
        *(name_servers() if network.reach == "all" else ()),
        *(*_SET, "--seccomp", _FILTER),
        *("--chdir", str(sandbox.writable[0]), "--", *(way.inside if way else ()), *argv),
    )
    entrance = Entrance(
        sandbox.limits,
        _filter("every socket" if network.reach == "none" else "other than internet"),
        sorted({path for made in guards for path in made.folders}),
        {path: text for made in guards for path, text in made.files.items()},
        CHANNEL if way else 0,
    )
    entered = enter(inside, entrance)
    return (*way.outside, *entered) if way else entered


def _changeable(way: WayOut, sandbox: "Sandbox") -> str:
    """What the way out consists of and a command could change, if anything."""
    bases = (*sandbox.writable, *sandbox.caches)
    return next(
        (str(path) for path in way.files if any(path.is_relative_to(base) for base in bases)), ""
    )


def refusal(reason: str) -> tuple[str, ...]:
    """A command that runs nothing and says why."""
    return ("/bin/sh", "-c", f'printf "%s\\n" "$0" >&2; exit {NOT_RUN}', reason)


@cache
def _filter(deny: Denied) -> bytes:
    return filter_program(deny, hardened=True)
