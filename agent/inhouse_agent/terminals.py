"""Terminals that a front end has beside the conversation, to show what a command writes."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from inhouse_tools.process import Watch


class Terminals(Protocol):
    """The front end's side of terminals."""

    def open(self, call_id: str, command: str) -> AbstractAsyncContextManager[Watch | None]:
        """A terminal for the command of a call, None where there can be none just now."""
        ...
