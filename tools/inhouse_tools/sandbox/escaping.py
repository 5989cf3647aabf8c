"""Whether a weaker boundary holds: a program inside tries to read, write and connect outside."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from inhouse_tools import process
from inhouse_tools.refusal import Refusal

PROBE_SECONDS = 10.0
_AS_IT_WAS = "as it was"
_ATTEMPTS = """
import socket, sys
canary = sys.argv[1]
attempts = {
    "read a hidden file": lambda: open(canary).read(),
    "write outside": lambda: open(canary, "w").write("changed"),
    "use the network": lambda: socket.create_connection(("127.0.0.1", 9), 2),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except PermissionError:
        continue
    except OSError as error:
        sys.exit(f"a command in it is not refused to {name}: {error}")
    sys.exit(f"a command in it could {name}")
"""


async def escape(wrap: Callable[[Sequence[str]], Sequence[str]], writable: Sequence[Path]) -> str:
    """How a command got out of the boundary that `wrap` puts around it; "" when it did not.

    The attempts are made against a file in a folder that every boundary hides.
    """
    with tempfile.TemporaryDirectory(prefix="inhouse-probe-", dir="/tmp") as folder:
        canary = Path(folder) / "canary"
        canary.write_text(_AS_IT_WAS, encoding="utf-8")
        attempts = (interpreter(), "-I", "-S", "-c", _ATTEMPTS, str(canary))
        result = await process.run(wrap(attempts), cwd=writable[0], timeout=PROBE_SECONDS)
        changed = canary.read_text(encoding="utf-8") != _AS_IT_WAS
    if isinstance(result, Refusal):
        return result.text
    if changed:
        return "a command in it could write outside"
    if result.exit_code != 0 or result.timed_out:
        return result.output.strip().split("\n")[-1] or f"exit code {result.exit_code}"
    return ""


def interpreter() -> str:
    """The Python behind a virtual environment, which a command could change."""
    return os.path.realpath(sys.executable)
