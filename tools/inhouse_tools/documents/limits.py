"""What a process that decodes a hostile file may take and reach: little, and nothing.

It is applied by that process itself, once all of its code is loaded.
"""

import resource
import sys
from typing import Final

MOST_MEMORY: Final = 1024**3
MOST_SECONDS: Final = 20
MOST_OUTPUT: Final = 64 * 1024**2


def limit_resources() -> None:
    """No more memory, processor time and output than a document needs."""
    wanted = (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in wanted:
        _soft, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (allowed, hard))
        except (OSError, ValueError):
            # macOS refuses some of them.
            continue


def close_off() -> None:
    """Reach no file, no socket and no program any more, as far as this system can refuse it."""
    if sys.platform != "linux":
        return
    from inhouse_tools.launcher.rules import restrict, version
    from inhouse_tools.sandbox.seccomp import filter_program, install

    program = filter_program("every socket", hardened=True)
    if version():
        restrict((), ports=False)
    if program:
        install(program)
