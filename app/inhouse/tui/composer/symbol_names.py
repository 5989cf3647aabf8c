"""The names that are defined in a folder, from the index that the tools keep of it."""

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.tui.composer.finder import Finder
from inhouse.tui.composer.sources import SymbolChoice

if TYPE_CHECKING:
    from inhouse_tools.index.repository_index import RepositoryIndex

FRESH_SECONDS: Final = 10.0
MOST_CHOICES: Final = 20
SHORTEST_QUERY: Final = 2
CONTENTS_AT_ONCE: Final = 400
# What the agent takes for a name when it stands in quotes of code.
NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")


class SymbolNames:
    """Looked up by some of their letters. The index is brought up to date behind, at first use."""

    def __init__(self, root: Path, cache: Path) -> None:
        self._root = root
        self._cache = cache
        self._index: RepositoryIndex | None = None
        self._version: tuple[int, int, int] | None = None
        self._looked = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._known: tuple[Finder, dict[str, list[SymbolChoice]]] = Finder(()), {}

    async def find(self, query: str) -> Sequence[SymbolChoice]:
        """Definitions that fit, of what is known by now; none for a single letter or a path."""
        if len(query) < SHORTEST_QUERY or "/" in query:
            return ()
        if self._looking is None and time.monotonic() - self._looked > FRESH_SECONDS:
            self._looking = asyncio.create_task(self._look())
        finder, places = self._known
        matches = await asyncio.to_thread(finder.find, query, MOST_CHOICES)
        found = [place for match in matches for place in places[match.name]]
        return found[:MOST_CHOICES]

    async def _look(self) -> None:
        from inhouse_tools.index.repository_index import RepositoryIndex

        try:
            if self._index is None:
                self._index = RepositoryIndex(self._root, self._cache)
                # What is known from before can be named while the rest is read.
                await asyncio.to_thread(self._take, self._index)
            await self._index.refresh()
            await asyncio.to_thread(self._take, self._index)
        finally:
            self._looked = time.monotonic()
            self._looking = None

    def _take(self, index: "RepositoryIndex") -> None:
        version = index.version()
        if version == self._version:
            return
        places: dict[str, list[SymbolChoice]] = {}
        files = [*index.files().items()]
        for start in range(0, len(files), CONTENTS_AT_ONCE):
            some = files[start : start + CONTENTS_AT_ONCE]
            facts = index.facts([content for _, content in some])
            for path, content in some:
                known = facts.get(content)
                for one in known.symbols if known is not None and not known.data else ():
                    if NAME.fullmatch(one.name):
                        choice = SymbolChoice(one.name, one.kind, path, one.start_line)
                        places.setdefault(one.name, []).append(choice)
        self._known = Finder([*places]), places
        self._version = version
