"""Somebody who looks on while a program runs, such as the terminal of an editor."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Watch(Protocol):
    """Takes all that one program writes. `closed` is set when the person closed it: the program
    is ended then."""

    @property
    def closed(self) -> asyncio.Event:
        """Whether the person has seen enough."""
        ...

    def write(self, piece: bytes) -> None:
        """Shows what the program wrote next; never waits."""
        ...

    def end(self, exit_code: int) -> None:
        """The program has ended; `exit_code` as in Popen."""
        ...


OpenWatch = Callable[[str], AbstractAsyncContextManager[Watch | None]]
"""Opens a watch for a command line, None where there can be none."""
