"""How a turn ends: what counts as success, and the exit code of each ending."""

from collections.abc import Mapping
from typing import Final

from inhouse_agent.events import Ending
from inhouse_models.chat import ErrorKind

EXIT_CODES: Final[Mapping[Ending, int]] = {
    "success": 0,
    "failed": 1,
    "blocked": 3,
    "limit": 4,
    "engine_error": 5,
    "interrupted": 130,
}
# The prompt of large models asks for this word when the task cannot be done.
FAILED_MARK: Final = "FAILED:"


def ending_of_answer(text: str, *, denied_last: bool, changed: bool) -> Ending:
    """What a final answer comes to.

    It is "failed" when the answer says so, "blocked" when it directly follows a denied call and
    nothing was changed, else "success".
    """
    if denied_last and not changed:
        return "blocked"
    return "failed" if text.lstrip().startswith(FAILED_MARK) else "success"


def ending_of_failure(*, denied: bool) -> Ending:
    """What a failed check comes to: a denied call explains it, if there was one."""
    return "blocked" if denied else "failed"


def ending_of_error(kind: ErrorKind) -> Ending:
    """A full context is a limit, all else is the engine's failure."""
    return "limit" if kind == "overflow" else "engine_error"
