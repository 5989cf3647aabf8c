"""All that was said and done, in order; of a long conversation only what is near the view."""

from bisect import bisect
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.layout import DockArrangeResult, WidgetPlacement
from textual.message import Message
from textual.reactive import Reactive
from textual.widget import AwaitMount, Widget
from typing_extensions import override

from inhouse.tui.blocks.block import Block
from inhouse.tui.entries import Entries, Entry
from inhouse.tui.more_below import MoreBelow
from inhouse.tui.position_bar import PositionBar
from inhouse.tui.welcome import Welcome

# Marks, in heights of the view above and below it. When something nearer than the first is not
# mounted, or something farther than the last is, all between the view and the middle one is
# mounted and nothing beyond it, so that many rows pass before anything has to be done again.
NEAR: Final = 1.0
MIDDLE: Final = 1.6
FAR: Final = 2.6
# While a conversation is filled, so many blocks at its end are kept as they are.
FRESH: Final = 100


class Floor(Widget):
    """The last row: it makes the conversation as high as it is when its end is not mounted."""

    DEFAULT_CSS = "Floor { height: 1; }"

    @override
    def render(self) -> str:
        """Nothing."""
        return ""


class Conversation(VerticalScroll, can_focus=True, can_focus_children=False):
    """Blocks below each other. It shows the end until the person scrolls up."""

    @dataclass
    class Left(Message):
        """The person is done here and wants to write."""

    DEFAULT_CSS = """
    Conversation {
        layers: below above;
        scrollbar-size: 0 0;
        &:focus > PositionBar { color: $primary; }
        & > Block { layer: below; }
        & > Floor { layer: below; }
        & > Welcome { layer: below; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+up,ctrl+p", "step(-1)", "Previous entry"),
        Binding("ctrl+down,ctrl+n", "step(1)", "Next entry"),
        Binding("end", "scroll_end", "Latest entry"),
        Binding("escape,tab", "leave", "Back to the prompt"),
    ]

    # There is no scroll bar of Textual that takes room, so nothing moves when this changes.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    BLANK = True

    def __init__(self, welcome: Welcome | None = None) -> None:
        super().__init__()
        self._entries = Entries()
        self._welcome = welcome
        self._floor = Floor()
        self._more_below = MoreBelow()
        self._bar = PositionBar()
        self._spans: dict[Block, range] = {}
        self._width = 0
        self._total = 0
        self._shift = 0
        self._moved = self._rewrapped = False
        self._following = True
        self._filling = False
        self._new = 0

    def compose(self) -> ComposeResult:
        """An empty conversation."""
        if self._welcome is not None:
            yield self._welcome
        yield self._floor
        yield self._more_below
        yield self._bar

    @property
    def entry_count(self) -> int:
        """How many blocks there are."""
        return len(self._entries)

    @property
    def blocks(self) -> Sequence[Block]:
        """All blocks in order. Those that are not mounted are made for it, so ask rarely."""
        return [entry.block for entry in self._entries]

    @property
    def last(self) -> Block | None:
        """The latest block."""
        return self._entries[-1].block if len(self._entries) else None

    @property
    def following(self) -> bool:
        """Whether it shows the end, also when there is more."""
        return self._following

    def find(self, wanted: Callable[[Block], bool]) -> Block | None:
        """The latest block of this kind."""
        return self._entries.find(wanted)

    async def add(self, block: Block) -> None:
        """Put a block at the end; it is mounted afterwards when it is near the view."""
        from inhouse.tui.blocks.notice import NoticeBlock

        entry = self._entries.add(block)
        if self._welcome is not None and not isinstance(block, NoticeBlock):
            self._welcome.display = False
        if self._filling:
            if entry.place >= FRESH:
                self._entries[entry.place - FRESH].rest()
            return
        if self._following or not block.finished:
            self._entries.measure(entry, 0)
            await self._mount([entry])
        else:
            entry.rest()
            self.refresh(layout=True)
        if not self._following:
            self._new += 1
            self._more_below.show(self._new)

    @asynccontextmanager
    async def filling(self) -> AsyncGenerator[None]:
        """Many blocks are added at once: they are mounted when all are there."""
        self._filling = True
        try:
            yield
        finally:
            self._filling = False
            await self._fit()
            for place in range(max(0, len(self._entries) - FRESH), len(self._entries)):
                self._entries[place].rest()

    async def take_away(self, block: Block) -> None:
        """Remove a block."""
        entry = next((entry for entry in self._entries if entry.is_of(block)), None)
        if entry is None:
            return
        self._entries.remove(entry)
        if block.is_attached:
            await block.remove()
        self._show_welcome()

    async def clear(self) -> None:
        """Remove all blocks."""
        mounted = [entry.block for entry in self._entries.mounted]
        self._entries.clear()
        self._spans.clear()
        self._follow()
        await self.remove_children(mounted)
        self._show_welcome()

    @override
    def process_layout(self, placements: list[WidgetPlacement]) -> list[WidgetPlacement]:
        """Move the mounted blocks to where they are among those that are not."""
        placed: list[WidgetPlacement] = []
        spans: dict[Block, range] = {}
        row = place = 0
        for placement in placements:
            widget, region, margin = placement.widget, placement.region, placement.margin
            entry = self._entries.of(widget)
            if entry is None:
                if widget is self._welcome:
                    # Notices may stand below it, until something is said.
                    placed.append(placement)
                    row = region.bottom + margin.bottom
                continue
            row += self._entries.rows_between(place, entry.place)
            if widget.is_mounted:
                rows = margin.top + region.height + margin.bottom
                self._moved |= self._entries.measure(entry, rows)
                top = row + margin.top
                placed.append(placement._replace(region=region.at_offset((region.x, top))))
                spans[entry.block] = range(row, row + rows)
            row += self._entries.rows_of(entry)
            place = entry.place + 1
        row += self._entries.rows_between(place)
        placed += self._on_floor(placements, row)
        self._note_shift(spans)
        self._spans, self._total = spans, row
        return placed

    @override
    def arrange(self, size: Size, optimal: bool = False) -> DockArrangeResult:
        """Keep in view what is in view: the end, or the entry at the top."""
        self._rewrapped = size.width != self._width
        self._width = size.width
        arrangement = super().arrange(size, optimal)
        end = max(0, arrangement.total_region.bottom - size.height)
        wanted = end if self._following else min(max(0, round(self.scroll_y) + self._shift), end)
        self._shift = 0
        if wanted != self.scroll_y:
            # As Textual does for what is anchored: the position and the rows change in one frame.
            self.set_scroll(None, wanted)
            self._moved = True
        if self._moved:
            self._moved = False
            self._bar.show(wanted, size.height, self._total)
            self.call_later(self._fit)
        return arrangement

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The person scrolls: at the end it follows again."""
        super().watch_scroll_y(old_value, new_value)
        self._following = new_value >= self.max_scroll_y
        if self._following:
            self._follow()
        self._bar.show(new_value, self.size.height, self._total)
        self.call_later(self._fit)

    def on_position_bar_moved(self, message: PositionBar.Moved) -> None:
        """Show another part."""
        message.stop()
        self.scroll_to(y=message.row, animate=False)

    def on_resize(self) -> None:
        """Another height shows more or less."""
        self.call_later(self._fit)

    def on_more_below_wanted(self, message: MoreBelow.Wanted) -> None:
        """Show the end."""
        message.stop()
        self._follow()

    def action_leave(self) -> None:
        """The person wants to write."""
        self.post_message(self.Left())

    async def action_step(self, direction: int) -> None:
        """Give the focus to the entry before (-1) or after (1) the one that has it."""
        if not len(self._entries):
            return
        view = self._entries.places_in((self.scroll_y, self.scroll_y + self.size.height))[0]
        focused = next((entry for entry in self._entries.mounted if entry.focused), None)
        if focused is not None:
            place = focused.place + direction
        else:
            place = view.stop - 1 if direction < 0 else view.start
        entry = self._entries[min(max(place, 0), len(self._entries) - 1)]
        await self._mount([entry])
        self._bring_into_view(entry)
        entry.block.focus(scroll_visible=False)

    @override
    def action_scroll_up(self) -> None:
        """Without a motion: what is far away would have to be mounted on the way."""
        self.scroll_up(animate=False)

    @override
    def action_scroll_down(self) -> None:
        """One row."""
        self.scroll_down(animate=False)

    @override
    def action_page_up(self) -> None:
        """One view."""
        self.scroll_page_up(animate=False)

    @override
    def action_page_down(self) -> None:
        """One view."""
        self.scroll_page_down(animate=False)

    @override
    def action_scroll_home(self) -> None:
        """The beginning."""
        self.scroll_home(animate=False)

    @override
    def action_scroll_end(self) -> None:
        """The end, from now on."""
        self._follow()

    def _follow(self) -> None:
        self._following = True
        self._new = 0
        self._more_below.show(0)
        self.refresh(layout=True)

    def _show_welcome(self) -> None:
        if self._welcome is not None:
            self._welcome.display = not len(self._entries)

    def _bring_into_view(self, entry: Entry) -> None:
        top = self._entries.rows_between(0, entry.place)
        last = top + self._entries.rows_of(entry) - self.size.height
        if top < self.scroll_y or last > self.scroll_y:
            self.scroll_to(y=top if top < self.scroll_y else min(top, last), animate=False)

    async def _fit(self) -> None:
        """Mount what is near the view and unmount what is far from it."""
        # A layout may have moved the rows: the next step is one from where they are now.
        self.scroll_target_y = self.scroll_y
        height = self.size.height
        if not height or self._filling:
            return
        top = self._entries.rows_between(0) - height if self._following else self.scroll_y
        near, middle, far = self._entries.places_in(
            *((top - mark * height, top + height + mark * height) for mark in (NEAR, MIDDLE, FAR))
        )
        mounted = self._entries.mounted
        crowded = any(entry.place not in far and not entry.stays for entry in mounted)
        bare = any(not self._entries[place].mounted for place in near)
        gone = [
            entry for entry in mounted if crowded and entry.place not in middle and not entry.stays
        ]
        blocks = [entry.block for entry in gone]
        for entry in gone:
            self._entries.unmount(entry)
            entry.rest()
        if bare:
            await self._mount([self._entries[place] for place in middle])
        for block in blocks:
            # Textual keeps the caches of a thousand widgets that are gone: let them be empty.
            for widget in block.walk_children(Widget, with_self=True):
                widget.refresh()
        if blocks:
            await self.remove_children(blocks)

    async def _mount(self, entries: Iterable[Entry]) -> None:
        """Mount those that are not, each before what is mounted behind it."""
        mounted = self._entries.mounted
        places = [entry.place for entry in mounted]
        groups: dict[Widget, list[Entry]] = {}
        for entry in entries:
            if not entry.mounted:
                behind = bisect(places, entry.place)
                before = mounted[behind].block if behind < len(mounted) else self._floor
                groups.setdefault(before, []).append(entry)
        waiting: list[AwaitMount] = []
        for before, group in groups.items():
            waiting.append(self.mount(*(entry.block for entry in group), before=before))
            for entry in group:
                self._entries.mount(entry)
        for mount in waiting:
            await mount

    def _on_floor(self, placements: Iterable[WidgetPlacement], row: int) -> list[WidgetPlacement]:
        return [
            placement._replace(region=placement.region.at_offset((0, max(0, row - 1))))
            for placement in placements
            if placement.widget is self._floor
        ]

    def _note_shift(self, spans: dict[Block, range]) -> None:
        """How far the entry at the top of the view has moved since the last layout."""
        view = self.scroll_y, self.scroll_y + self.size.height
        in_view = [
            (old, spans[block])
            for block, old in self._spans.items()
            if block in spans and old.start < view[1] and old.stop > view[0]
        ]
        if not in_view:
            return
        old, new = min(in_view, key=lambda known: known[0].start)
        self._shift += new.start - old.start
        above = round(self.scroll_y) - old.start
        if self._rewrapped and above > 0:
            # The same words stay at the top, not the same row of the entry.
            self._shift += round(above * len(new) / len(old)) - above
