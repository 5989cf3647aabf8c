"""The entries of a conversation: which block each is, how high it is and where it begins."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

from inhouse.tui.blocks.block import Block, Recipe

# What an entry is taken for that was never laid out.
ASSUMED_ROWS: Final = 3


class Entry:
    """One entry: its block, or only how to make it. `place` counts from 0."""

    __slots__ = ("_kept", "mounted", "place")

    def __init__(self, block: Block, place: int) -> None:
        self._kept: Block | Recipe = block
        self.place = place
        self.mounted = False

    @property
    def block(self) -> Block:
        """The block; it is made now when there is none."""
        if not isinstance(self._kept, Block):
            self._kept = self._kept()
        return self._kept

    @property
    def resting(self) -> bool:
        """Whether there is only a recipe of it."""
        return not isinstance(self._kept, Block)

    @property
    def focused(self) -> bool:
        """Whether the block, or something in it, has the focus."""
        return self.mounted and self.block.has_focus_within

    @property
    def stays(self) -> bool:
        """Whether the block has to stay mounted: it still changes, or has the focus."""
        return not self.block.finished or self.focused

    def is_of(self, block: Block) -> bool:
        """Whether this is its entry."""
        return self._kept is block

    def rest(self) -> None:
        """Keep only how to make the block, where it needs no widget."""
        if isinstance(self._kept, Block) and not self.mounted and self._kept.finished:
            self._kept = self._kept.recipe()


class Entries:
    """Entries below each other, with the rows that each takes, its margins included."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._rows: list[int] = []
        self._of_block: dict[Block, Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __getitem__(self, place: int) -> Entry:
        return self._entries[place]

    @property
    def mounted(self) -> list[Entry]:
        """Those that are mounted, in order."""
        return sorted(self._of_block.values(), key=lambda entry: entry.place)

    def of(self, block: object) -> Entry | None:
        """The entry of a mounted block."""
        return self._of_block.get(block) if isinstance(block, Block) else None

    def add(self, block: Block, rows: int = ASSUMED_ROWS) -> Entry:
        """Put a block at the end."""
        entry = Entry(block, len(self._entries))
        self._entries.append(entry)
        self._rows.append(rows)
        return entry

    def remove(self, entry: Entry) -> None:
        """Take an entry away."""
        self.unmount(entry)
        del self._entries[entry.place]
        del self._rows[entry.place]
        for later in self._entries[entry.place :]:
            later.place -= 1

    def clear(self) -> None:
        """Take all away."""
        self._entries.clear()
        self._rows.clear()
        self._of_block.clear()

    def mount(self, entry: Entry) -> None:
        """Note that its block is mounted."""
        entry.mounted = True
        self._of_block[entry.block] = entry

    def unmount(self, entry: Entry) -> None:
        """Note that its block is no longer mounted; it will be made again."""
        if entry.mounted:
            entry.mounted = False
            del self._of_block[entry.block]

    def rows_of(self, entry: Entry) -> int:
        """The rows that an entry takes."""
        return self._rows[entry.place]

    def measure(self, entry: Entry, rows: int) -> bool:
        """Note how many rows it takes; whether that is news."""
        news = self._rows[entry.place] != rows
        self._rows[entry.place] = rows
        return news

    def rows_between(self, first: int, end: int | None = None) -> int:
        """The rows of the entries from one place up to another."""
        return sum(self._rows[first:end])

    def places_in(self, *spans: tuple[float, float]) -> list[range]:
        """For each (top, bottom) in rows the places of the entries that lie between them."""
        ends = list(accumulate(self._rows))
        return [
            range(bisect_right(ends, top), min(bisect_left(ends, bottom) + 1, len(ends)))
            for top, bottom in spans
        ]

    def find(self, wanted: Callable[[Block], bool]) -> Block | None:
        """The latest block of this kind."""
        for entry in reversed(self._entries):
            resting = entry.resting
            if wanted(entry.block):
                return entry.block
            if resting:
                entry.rest()
        return None
