"""The way out of a sandbox to granted hosts: what stands before and after its command."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.host_proxy.names import split_port

CHANNEL = 7
"""The descriptor between the proxy outside and the program that opens its port inside."""
OWN_LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Servers of the command itself, unless those of the machine were granted."""
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from inhouse_tools.host_proxy.main import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True, slots=True)
class WayOut:
    """`outside` is put before all of the sandbox, `inside` before the command in it. `files` are
    the programs of both; nobody but the person may be able to change them."""

    outside: tuple[str, ...]
    inside: tuple[str, ...]
    files: tuple[Path, ...]


def way_out(names: Sequence[str]) -> WayOut:
    """The way to these hosts. It needs an interpreter that can be seen from inside."""
    # The one behind a virtual environment, which a command could change.
    interpreter = os.path.realpath(sys.executable)
    packages = Path(__file__).resolve().parents[2]
    hosts = {split_port(name)[0] for name in names}
    direct = ",".join(name for name in OWN_LOOPBACK if name not in hosts)
    start = (interpreter, "-I", "-S", "-c", _START, str(packages))
    return WayOut(
        (*start, "outside", str(len(names)), *names),
        (*start, "inside", direct),
        (Path(interpreter), packages),
    )
