"""What the exit code of inhouse means."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse_agent.events import Ending


class ExitCode(IntEnum):
    """Fixed for scripts; documented in the README."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    BLOCKED = 3
    LIMIT = 4
    ENGINE = 5
    INTERRUPTED = 130


def code_of(ending: "Ending") -> ExitCode:
    """The exit code of a turn that ended like this."""
    from inhouse_agent.ending import EXIT_CODES

    return ExitCode(EXIT_CODES[ending])
