"""Files as they are saved: batches of paths, once it has been quiet for a moment."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchfiles import (
    Change,
    awatch,  # pyright: ignore[reportUnknownVariableType] - it names a type of trio, which is not here
)

from inhouse_tools.places.listing import list_files, list_folders

QUIET_MS: Final = 100
"""An editor's save is several changes: a temporary file, a rename, a touch."""
LONGEST_MS: Final = 2000
POLL_MS: Final = 500
MAX_FOLDERS: Final = 50_000
MARGIN_NS: Final = 50_000_000
"""The clock of a file system steps, by some 10 ms; less than it is quiet before a batch."""
NOT_NOTIFIED: Final = "The system does not tell of changes here ({}): looking twice a second."


@dataclass(frozen=True, slots=True)
class Saves:
    """Watches the folders of `root` that git does not ignore, and `beside`, such as git's own.

    `polling` looks by itself where the system does not tell of changes. `tell` takes what a person
    should know.
    """

    root: Path
    beside: tuple[Path, ...]
    polling: bool
    tell: Callable[[str], None]

    async def batches(self) -> AsyncGenerator[frozenset[str]]:
        """Paths relative to the root that may have changed, also ones that are gone.

        The first batch is empty: from then on nothing is missed. So are those about `beside` alone.
        """
        known: frozenset[str] | None = None
        polling = self.polling
        told_until = sys.maxsize
        while True:
            folders = frozenset(await asyncio.to_thread(list_folders, self.root, MAX_FOLDERS))
            watching = self._watch(folders, polling=polling)
            coming = asyncio.ensure_future(anext(watching, None))
            try:
                # The first step of the generator sets up the watch.
                await asyncio.sleep(0)
                fresh = folders - known if known is not None else frozenset[str]()
                yield await asyncio.to_thread(self._missed, fresh, told_until - MARGIN_NS)
                known = folders
                while (changes := await coming) is not None:
                    told_until = time.time_ns()
                    yield self._paths_of(changes)
                    if self._concerns_folders(changes, folders):
                        break
                    coming = asyncio.ensure_future(anext(watching, None))
            except FileNotFoundError:
                # A folder went between the listing and the watch.
                continue
            except OSError as problem:
                if polling:
                    raise
                polling = True
                self.tell(NOT_NOTIFIED.format(problem.strerror or problem))
            finally:
                coming.cancel()
                await asyncio.wait([coming])
                await watching.aclose()

    def _watch(
        self, folders: frozenset[str], *, polling: bool
    ) -> AsyncGenerator[set[tuple[Change, str]]]:
        paths = [self.root / folder for folder in sorted(folders)]
        return awatch(
            *paths,
            *self.beside,
            watch_filter=None,
            debounce=LONGEST_MS,
            step=QUIET_MS,
            force_polling=polling,
            poll_delay_ms=POLL_MS,
            recursive=False,
            ignore_permission_denied=True,
        )

    def _paths_of(self, changes: set[tuple[Change, str]]) -> frozenset[str]:
        inside = f"{self.root}/"
        beside = tuple(f"{folder}/" for folder in self.beside)
        return frozenset(
            path.removeprefix(inside)
            for _kind, path in changes
            if path.startswith(inside) and not path.startswith(beside)
        )

    def _concerns_folders(self, changes: set[tuple[Change, str]], folders: frozenset[str]) -> bool:
        """Whether a folder came or went."""
        return any(
            path.removeprefix(f"{self.root}/") in folders
            if kind is Change.deleted
            else kind is Change.added and Path(path).is_dir()
            for kind, path in changes
        )

    def _missed(self, fresh: frozenset[str], since: int) -> frozenset[str]:
        """The files of folders that were not watched until now, and what changed between two
        watches: nanoseconds since 1970, by the time that no program can set back."""
        listing = list_files(self.root)
        return frozenset(
            path
            for path in listing.files
            if path.rpartition("/")[0] in fresh or _changed_at(self.root / path) >= since
        )


def _changed_at(path: Path) -> int:
    try:
        return path.lstat().st_ctime_ns
    except OSError:
        return 0
