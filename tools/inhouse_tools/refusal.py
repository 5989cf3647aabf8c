"""Why something was not done, as a value that the model reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse_tools.tool import Output


@dataclass(frozen=True, slots=True)
class Refusal:
    """`text` says what happened, to which file, and what to call next."""

    text: str

    def output(self) -> "Output":
        """The refusal as the answer of a call."""
        # A screen that only shows a refusal is there before any tool is.
        from inhouse_tools.tool import Output

        return Output(self.text, failed=True)


def of_os_error(error: OSError, name: str, doing: str) -> Refusal:
    """A refusal for what the system would not do; `doing` is like "read" or "write"."""
    reason = (error.strerror or str(error)).lower()
    return Refusal(f"Cannot {doing} {name}: {reason}.")
