"""What helps a completion beside its own file: definitions of the names that are used there.

What is added stays in its place: a prompt that begins as the last one did is read from there on.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.completing.request import read_below
from inhouse_models.completion import CompletionRequest, ContextFile

if TYPE_CHECKING:
    from inhouse_tools.index.repository_index import RepositoryIndex

NAME: Final = re.compile(r"[^\W\d]\w{2,63}")
NEAR_BEFORE, NEAR_AFTER = 3_000, 800
MOST_NAMES = 48
MOST_DEFINITIONS = 12
MOST_LINES = 16
MOST_CHARACTERS = 6_000
PAUSE_SECONDS: Final = 2.0
"""New definitions move what stands behind them, so they wait until nobody types."""


@dataclass(slots=True)
class SymbolContext:
    """The definitions that one editor's requests get. `refresh` keeps the index up to date."""

    root: Path
    index: "RepositoryIndex"
    clock: Callable[[], float] = time.monotonic
    file: str = ""
    asked_at: float = float("-inf")
    ready: bool = False
    shown: list[ContextFile] = field(default_factory=list[ContextFile])
    _refreshing: asyncio.Task[None] | None = None

    async def enrich(self, request: CompletionRequest, patience: float = 0.0) -> CompletionRequest:
        """The request with definitions behind its files; `patience` seconds for the index, when
        it was not read yet."""
        now = self.clock()
        paused = now - self.asked_at > PAUSE_SECONDS
        self.asked_at = now
        if paused or not self.ready:
            self._begin_refresh()
            if not self.ready and patience and self._refreshing is not None:
                await asyncio.wait({self._refreshing}, timeout=patience)
        if self.ready and (paused or request.file != self.file or not self.shown):
            known = self.shown if request.file == self.file else []
            self.file = request.file
            self.shown = await asyncio.to_thread(self._find, request, known)
        return replace(request, files=(*request.files, *self.shown))

    def _begin_refresh(self) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        await self.index.refresh()
        self.ready = True

    async def close(self) -> None:
        """Stop reading the repository."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

    def _find(self, request: CompletionRequest, known: list[ContextFile]) -> list[ContextFile]:
        """What was shown, and behind it what the names near the cursor mean."""
        given = {self._relative(one.name) for one in request.files} | {self._relative(request.file)}
        shown = [*known]
        texts = {one.text for one in shown}
        room = MOST_CHARACTERS - sum(len(text) for text in texts)
        for name in names_near(request.prefix, request.suffix):
            for found in self.index.definitions(name, 2):
                if found.near or found.data or found.path in given:
                    continue
                text = self._text(found.path, found.start_line, found.end_line)
                if not text or text in texts:
                    continue
                if len(text) > room or len(shown) >= MOST_DEFINITIONS:
                    # Those that are used now are worth more than those of an hour ago.
                    return shown if not known else self._find(request, [])
                shown.append(ContextFile(found.path, text))
                texts.add(text)
                room -= len(text)
        return shown

    def _relative(self, name: str) -> str:
        path = Path(name)
        absolute = path if path.is_absolute() else self.root / path
        return absolute.relative_to(self.root).as_posix() if self.root in absolute.parents else name

    def _text(self, path: str, first: int, last: int) -> str:
        lines = read_below(self.root, path).split("\n")[first - 1 : last]
        return "".join(f"{line}\n" for line in lines[:MOST_LINES])


def names_near(prefix: str, suffix: str) -> list[str]:
    """Names around the cursor, the nearest first. The one that is being written is left out."""
    before = NAME.findall(prefix[-NEAR_BEFORE:])
    if before and re.search(r"\w\Z", prefix):
        before.pop()
    after = NAME.findall(suffix[:NEAR_AFTER])
    return list(dict.fromkeys([*reversed(before), *after]))[:MOST_NAMES]
