"""One slash command as a value."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse.tui.app import InhouseApp

Run = Callable[["InhouseApp", str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """`/name arguments`: `takes` names the arguments ("[TEXT]"), `summary` is one line of help.

    `run` gets the app and what stood behind the name. A command that is not `while_busy` waits
    until the turn has ended.
    """

    name: str
    summary: str
    run: Run
    takes: str = ""
    while_busy: bool = True
