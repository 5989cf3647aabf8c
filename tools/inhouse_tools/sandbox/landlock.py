"""The weaker boundary for Linux without bubblewrap: Landlock and a filter of system calls."""

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from inhouse_tools.launcher import rules
from inhouse_tools.sandbox.bubblewrap import SYMLINK, refusal
from inhouse_tools.sandbox.escaping import escape, interpreter
from inhouse_tools.sandbox.hidden import hidden
from inhouse_tools.sandbox.limits import Limits, limits_for
from inhouse_tools.sandbox.network import Network
from inhouse_tools.sandbox.protected import guard
from inhouse_tools.sandbox.seccomp import filter_program

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
NOT_HELD = (
    "modes, times, owners and extended attributes of files outside can be changed",
    "System V shared memory and the priority of the person's other processes can be reached",
    "protected files in the project are put back after the command, not kept during it",
    "files of secrets in the project, such as .env, can be read",
    "names of files and processes outside can be seen",
)
"""What bubblewrap holds and this does not."""
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from inhouse_tools.launcher.main import main; main(sys.argv[2:])"
)
_WITH_LIMITS = ("/bin/bash", "--noprofile", "--norc", "-c")


def wrap(
    writable: Sequence[Path],
    argv: Sequence[str],
    network: Network | None = None,
    limits: Limits | None = None,
    readable: Sequence[Path] = (),
) -> tuple[str, ...]:
    """The command that runs `argv` confined, in the first readable or else writable folder.

    What is protected in a writable one is put back when the command changed it. `readable` folders
    can be read even where everything around them is hidden. Landlock cannot tell hosts apart, nor
    loopback: there is no network, or all of it.
    """
    guards = [guard(base) for base in writable]
    if links := sorted(link for made in guards for link in made.links):
        return refusal(SYMLINK.format(links[0]))
    everything = network is not None and network.reach == "all"
    denied = "other than internet" if everything else "every socket"
    lists = (
        [str(path) for path in writable],
        [str(path) for path in readable],
        ["/dev", *(str(path) for path in hidden((*writable, *readable)))],
        list(DEVICES),
        sorted(str(path) for one in guards for path in (*one.read_only, *one.folders, *one.files)),
    )
    said = ["1" if everything else "0", filter_program(denied, hardened=True).hex()]
    for paths in lists:
        said += [str(len(paths)), *paths]
    script = f'{(limits or limits_for()).as_shell()}\ncd -- "$1" && shift && exec "$@"'
    return (
        *(*_WITH_LIMITS, script, "limits", str((*readable, *writable)[0])),
        *(interpreter(), "-I", "-S", "-c", _START, str(_folder()), *said, *argv),
    )


async def why_not(writable: Sequence[Path]) -> str:
    """Why this boundary does not hold here, found by trying to get out of it; "" when it holds."""
    if sys.platform != "linux":
        return "only Linux has it"
    if rules.version() == 0:
        return "the kernel has no Landlock"
    if not filter_program("every socket", hardened=True):
        return f"there is no filter of system calls for {platform.machine()}"
    for path in (_folder(), Path(interpreter())):
        if any(path.is_relative_to(base) for base in writable):
            return f"{path} belongs to inhouse and lies in a folder that commands may write"
    return await escape(lambda argv: wrap(writable, argv), writable)


def _folder() -> Path:
    """Where our packages of tools lie."""
    return Path(__file__).resolve().parents[2]
