"""The recorder of a session as the tools and the loop use it: around turns, commands and writes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from inhouse_tools.undo.recorder import Recorder

UNCONFINED: Final = (
    "Undo covers the project's folders only: without a sandbox commands may change files elsewhere."
)


class Recording:
    """Recorded turns of one session; `tell` takes what a person should know, in the loop's thread.

    `confined` says that commands can write in the recorded folders only.
    """

    def __init__(self, recorder: Recorder, tell: Callable[[str], None], *, confined: bool) -> None:
        self._recorder = recorder
        self._tell = tell
        self._warning = "" if confined else UNCONFINED
        self._turns = 0

    @asynccontextmanager
    async def turn(self, prompt: str) -> AsyncGenerator[None]:
        """What a person takes back as one; a turn inside of another belongs to that."""
        self._turns += 1
        try:
            if self._turns == 1:
                self._say(await asyncio.to_thread(self._recorder.begin, prompt))
            yield
        finally:
            self._turns -= 1
            if not self._turns:
                self._say(await asyncio.to_thread(self._recorder.end))

    @asynccontextmanager
    async def command(self) -> AsyncGenerator[None]:
        """A step that may change everything. What it could change for good is said before."""
        self._warn()
        self._say(await self._in_thread(self._recorder.open))
        try:
            yield
        finally:
            self._say(await asyncio.to_thread(self._recorder.close))

    @contextmanager
    def writing(self, paths: Sequence[Path]) -> Generator[None]:
        """A step that changes what stands at these paths and nothing else."""
        self._say(self._recorder.open(paths))
        try:
            yield
        finally:
            self._say(self._recorder.close())

    def files_changed(self) -> tuple[str, ...]:
        """What a running turn with commands has changed, as the tools name files; without commands
        nothing, and never what is ignored."""
        return self._recorder.files_changed()

    async def foretell(self) -> None:
        """Says what a command could change for good, before a person is asked about it."""
        self._warn()
        self._say(await self._in_thread(self._recorder.survey))

    async def _in_thread(self, action: Callable[[], Iterable[str]]) -> Iterable[str]:
        """Runs what may take long; what it says meanwhile is told at once."""
        loop = asyncio.get_running_loop()

        def say(text: str) -> None:
            loop.call_soon_threadsafe(self._tell, text)

        self._recorder.say = say
        return await asyncio.to_thread(action)

    def _warn(self) -> None:
        if self._warning:
            self._tell(self._warning)
            self._warning = ""

    def _say(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._tell(text)
