"""What the composer knows of a real folder."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.tui.composer.draft import Draft
from inhouse.tui.composer.prompt_history import PromptHistory
from inhouse.tui.composer.sources import Cost, SymbolChoice
from inhouse.tui.composer.symbol_names import SymbolNames
from inhouse_agent.folders import cache_folder, folder_of_root, state_folder

if TYPE_CHECKING:
    from inhouse.tui.commands.command import SlashCommand

FRESH_SECONDS: Final = 5.0
MOST_COUNTED_BYTES: Final = 2 * 1024**2
BYTES_PER_TOKEN: Final = 3.6
"""What code and prose have on average; only for estimates."""
LOOKED_AT_BYTES: Final = 1_024

Count = Callable[[str], Awaitable[int | None]]


async def count_nothing(_text: str) -> int | None:
    """Nobody can count yet."""
    return None


class WorkspaceSources:
    """The files and symbols below `root`; `count` gives the tokens of a text where it can.

    What takes long is done behind, and the last answer is given until it is done.
    """

    def __init__(
        self,
        root: Path,
        commands: Callable[[], Sequence["SlashCommand"]],
        count: Count = count_nothing,
    ) -> None:
        state = folder_of_root(state_folder(), root)
        self.history = PromptHistory(state / "prompts.jsonl")
        self.drafts = Draft(state / "drafts")
        self.pictures = state / "pictures"
        self.commands = commands
        self._root = root
        self._count = count
        self._files: Sequence[str] = ()
        self._listed = float("-inf")
        self._listing: asyncio.Task[None] | None = None
        self._symbols = SymbolNames(root, folder_of_root(cache_folder(), root))
        self._costs: dict[tuple[str, int, int], Cost | None] = {}

    async def files(self) -> Sequence[str]:
        """Sorted paths relative to the root; what was listed last while a new list is made."""
        if self._listing is None and time.monotonic() - self._listed > FRESH_SECONDS:
            self._listing = asyncio.create_task(self._list())
        if self._listing is not None and not self._files:
            await asyncio.wait({self._listing})
        return self._files

    async def symbols(self, query: str) -> Sequence[SymbolChoice]:
        """Definitions that fit, of what is known by now."""
        return await self._symbols.find(query)

    async def cost(self, path: str, *, exact: bool) -> Cost | None:
        """What a file takes, counted once for each of its contents; None when it is no text."""
        file = self._root / path
        try:
            stat = await asyncio.to_thread(file.stat)
        except OSError:
            return None
        key = (path, stat.st_size, stat.st_mtime_ns)
        known = self._costs.get(key)
        if known is not None and (known.exact or not exact):
            return known
        if exact and stat.st_size <= MOST_COUNTED_BYTES:
            cost = await self._counted(file, stat.st_size)
        else:
            cost = await asyncio.to_thread(_estimate, file, stat.st_size)
        self._costs[key] = cost
        return cost

    async def _counted(self, file: Path, size: int) -> Cost | None:
        content = await asyncio.to_thread(_text_of, file)
        if content is None:
            return None
        tokens = await self._count(content)
        return _from_size(size) if tokens is None else Cost(tokens)

    async def _list(self) -> None:
        from inhouse_tools.places.listing import list_files

        try:
            found = (await asyncio.to_thread(list_files, self._root)).files
        finally:
            self._listed = time.monotonic()
            self._listing = None
        if found != tuple(self._files):
            self._files = found


def _text_of(file: Path) -> str | None:
    try:
        data = file.read_bytes()
    except OSError:
        return None
    return None if b"\0" in data else data.decode("utf-8", "replace")


def _estimate(file: Path, size: int) -> Cost | None:
    try:
        with file.open("rb") as opened:
            head = opened.read(LOOKED_AT_BYTES)
    except OSError:
        return None
    return None if b"\0" in head else _from_size(size)


def _from_size(size: int) -> Cost:
    return Cost(round(size / BYTES_PER_TOKEN), exact=False)
