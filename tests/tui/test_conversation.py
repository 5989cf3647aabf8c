"""The conversation: it follows its end, keeps what is read in place, and mounts what is near."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from tests.tui.screen_rows import screen_rows
from textual.app import App, ComposeResult
from textual.widgets import Input

from inhouse.tui.blocks.answer import AnswerBlock
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.conversation import Conversation
from inhouse.tui.welcome import Welcome

if TYPE_CHECKING:
    from textual.pilot import Pilot

Snapshot = Callable[[App[None], str], None]


class Talk(App[None]):
    """A conversation above a line to write in."""

    CSS = "Input { dock: bottom; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.conversation = Conversation(Welcome("inhouse 0.1.0", "~/code/tidy", "a model"))
        self.left = 0

    def compose(self) -> ComposeResult:
        yield self.conversation
        yield Input()

    def on_conversation_left(self) -> None:
        self.left += 1
        self.query_one(Input).focus()


def look(
    act: Callable[[Talk, "Pilot[None]"], Awaitable[None]], size: tuple[int, int] = (60, 24)
) -> None:
    async def run() -> None:
        app = Talk()
        async with app.run_test(size=size) as pilot:
            await act(app, pilot)

    asyncio.run(run())


async def at_rest(pilot: "Pilot[None]") -> None:
    """Until nothing is laid out or mounted any more."""
    for _ in range(4):
        await pilot.pause()


def entry_text(number: int) -> str:
    """Entries of different heights; each says its number in a word of its own."""
    return f"<{number}> " + "words and more of them " * Random(number).choice([1, 2, 5, 40])


def some(count: int) -> Iterator[Block]:
    for number in range(count):
        yield PromptBlock(entry_text(number)) if number % 2 else AnswerBlock(entry_text(number))


async def fill(app: Talk, count: int) -> None:
    async with app.conversation.filling():
        for block in some(count):
            await app.conversation.add(block)


def shown(app: Talk) -> str:
    return app.export_screenshot().replace("&#160;", " ").replace("&lt;", "<").replace("&gt;", ">")


def mounted(app: Talk) -> list[Block]:
    return [child for child in app.conversation.children if isinstance(child, Block)]


def text_of(block: Block) -> str:
    return block.copied_text()


def test_an_empty_conversation_welcomes(snapshot: Snapshot) -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await at_rest(pilot)
        snapshot(app, "conversation/welcome_60")
        app.conversation.query_one(Welcome).model = "another model"
        await app.conversation.add(NoticeBlock("a notice"))
        await at_rest(pilot)
        assert "Say what" in shown(app) and "a notice" in shown(app)
        await app.conversation.add(PromptBlock("said"))
        await at_rest(pilot)
        assert "Say what" not in shown(app) and "a notice" in shown(app)
        await app.conversation.clear()
        await at_rest(pilot)
        assert "another model" in shown(app)
        assert app.conversation.last is None

    look(act)


def test_blocks_stand_in_order_and_are_found() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        conversation = app.conversation
        for block in some(40):
            await conversation.add(block)
        await at_rest(pilot)
        assert [text_of(block) for block in conversation.blocks] == list(map(entry_text, range(40)))
        found = conversation.find(lambda block: isinstance(block, PromptBlock))
        assert found is not None
        assert text_of(found) == entry_text(39)
        early = conversation.find(lambda block: text_of(block) == entry_text(3))
        assert early is not None
        assert conversation.find(lambda block: isinstance(block, NoticeBlock)) is None
        await conversation.take_away(found)
        await conversation.take_away(early)
        await conversation.take_away(NoticeBlock("never added"))
        await at_rest(pilot)
        assert conversation.last is not None
        assert text_of(conversation.last) == entry_text(38)
        assert conversation.entry_count == 38
        assert "<39>" not in shown(app)

    look(act)


def test_it_follows_until_the_person_scrolls_up(snapshot: Snapshot) -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        conversation = app.conversation
        for number in range(30):
            await conversation.add(NoticeBlock(f"notice {number}"))
            if number > 25:
                await at_rest(pilot)
                assert conversation.scroll_y == conversation.max_scroll_y
        conversation.focus()
        await pilot.press("up", "up", "up")
        position = conversation.scroll_y
        for number in range(30, 33):
            await conversation.add(NoticeBlock(f"notice {number}"))
        await at_rest(pilot)
        assert conversation.scroll_y == position
        assert not conversation.following
        snapshot(app, "conversation/more_below_60")
        await pilot.click("MoreBelow")
        await at_rest(pilot)
        assert conversation.following
        assert "notice 32" in shown(app)
        assert "new entr" not in shown(app)
        await pilot.press("home")
        await conversation.add(NoticeBlock("notice 33"))
        await at_rest(pilot)
        assert "1 new entry" in shown(app)
        await pilot.press("end")
        await at_rest(pilot)
        assert "notice 33" in shown(app)
        await pilot.press("pageup", "pagedown")
        await at_rest(pilot)
        assert conversation.following

    look(act)


def test_what_is_written_stays_in_view_and_what_is_read_in_place() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        conversation = app.conversation
        await fill(app, 30)
        answer = AnswerBlock()
        await conversation.add(answer)
        for number in range(60):
            answer.write(f"line {number}\n\n")
        answer.finish()
        await at_rest(pilot)
        assert "line 59" in shown(app)
        conversation.scroll_to(y=10, animate=False)
        await at_rest(pilot)
        before = shown(app)
        late = AnswerBlock()
        await conversation.add(late)
        late.write("more\n\n" * 50)
        late.finish()
        await at_rest(pilot)
        assert shown(app).replace("↓ 1 new entry · End", "").count("<") >= before.count("<") - 1
        assert conversation.scroll_y == 10

    look(act)


def test_focus_goes_from_entry_to_entry_and_back_to_the_prompt() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 60)
        await at_rest(pilot)
        app.conversation.focus()
        for number in range(59, 40, -1):
            await pilot.press("ctrl+up")
            focused = app.screen.focused
            assert isinstance(focused, Block)
            assert text_of(focused) == entry_text(number)
            assert focused.is_mounted
        await at_rest(pilot)
        assert "<41>" in shown(app)
        app.conversation.scroll_to(y=0, animate=False)
        await pilot.press("ctrl+up", "ctrl+up", "ctrl+down")
        focused = app.screen.focused
        assert isinstance(focused, Block)
        assert text_of(focused) == entry_text(40)
        assert 0 <= focused.region.y < 24
        await pilot.press("escape")
        assert app.left == 1
        assert isinstance(app.screen.focused, Input)

    look(act)


def test_blocks_are_no_stops_of_the_tab_key() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 5)
        await at_rest(pilot)
        assert len(app.screen.focus_chain) == 2
        app.query_one(Input).focus()
        await pilot.press("tab")
        assert app.screen.focused is app.conversation
        await pilot.press("ctrl+up", "tab")
        assert app.left == 1

    look(act)


def test_a_focused_or_growing_block_stays_mounted() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 200)
        growing = AnswerBlock()
        await app.conversation.add(growing)
        growing.write("growing")
        await at_rest(pilot)
        app.conversation.focus()
        await pilot.press("ctrl+up", "ctrl+up")
        focused = app.screen.focused
        app.conversation.scroll_to(y=0, animate=False)
        await at_rest(pilot)
        assert "<0>" in shown(app)
        assert growing in mounted(app)
        assert focused in mounted(app)
        app.set_focus(None)
        growing.finish()
        app.conversation.scroll_to(y=1, animate=False)
        await at_rest(pilot)
        assert growing not in mounted(app)
        assert focused not in mounted(app)

    look(act)


@pytest.mark.parametrize("known", [True, False])
def test_thousands_of_entries(known: bool) -> None:
    """`known`: their heights are known, since they were added one by one."""

    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        conversation, count = app.conversation, 150 if known else 2_000
        if known:
            for block in some(count):
                await conversation.add(block)
        else:
            await fill(app, count)
        await at_rest(pilot)
        assert f"<{count - 1}>" in shown(app)
        choose = Random(5)
        for _ in range(10):
            conversation.scroll_to(
                y=choose.choice([0, choose.randrange(conversation.max_scroll_y + 1), 10**6]),
                animate=False,
            )
            await at_rest(pilot)
            blocks = mounted(app)
            assert len(blocks) < 120
            assert len(list(app.walk_children())) < 400
            places = [int(text_of(block)[1:].partition(">")[0]) for block in blocks]
            assert places == sorted(places)
            if known:
                assert places == list(range(places[0], places[-1] + 1))
            assert all(block.region.height == block.outer_size.height for block in blocks)
            gaps = [
                lower.virtual_region.y - upper.virtual_region.bottom
                for upper, lower in pairwise(blocks)
            ]
            assert all(gap == 1 for gap in gaps), "the blocks near the view are not in one piece"
            view = conversation.region
            assert blocks[0].region.y <= view.y
            assert blocks[-1].region.bottom >= view.bottom - 1

    look(act)


def test_nothing_jumps_when_scrolling_up_through_what_was_never_shown() -> None:
    """Each screen is the one before, moved by as much as was scrolled."""

    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 60)
        await at_rest(pilot)
        before, step = rows(app), 7
        seen = set(numbers(before))
        while app.conversation.scroll_y > 0:
            app.conversation.scroll_relative(y=-step, animate=False)
            await at_rest(pilot)
            after = rows(app)
            assert after[step:] == before[:-step] or app.conversation.scroll_y == 0
            before = after
            seen |= set(numbers(before))
        assert seen == set(range(60))

    look(act, (60, 20))


def rows(app: Talk) -> list[str]:
    """What the rows of the conversation show."""
    region = app.conversation.region
    shown = screen_rows(app)[region.y : region.bottom]
    return [row[: region.width - 1].rstrip() for row in shown]


def numbers(lines: list[str]) -> Iterator[int]:
    for line in lines:
        for part in line.split("<")[1:]:
            yield int(part.partition(">")[0])


def test_another_width_keeps_what_is_at_the_top() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 100)
        await at_rest(pilot)
        app.conversation.scroll_to(y=150, animate=False)
        await at_rest(pilot)

        def top() -> Block:
            return next(block for block in mounted(app) if block.region.bottom > 0)

        first = top()
        for width in (90, 40, 60):
            await pilot.resize_terminal(width, 24)
            await at_rest(pilot)
            assert top() is first
        app.conversation.scroll_end(animate=False)
        await at_rest(pilot)
        await pilot.resize_terminal(40, 12)
        await at_rest(pilot)
        assert app.conversation.following
        assert "<99>" in shown(app) or app.conversation.scroll_y == app.conversation.max_scroll_y

    look(act)


def test_the_bar_at_the_edge_is_dragged() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 300)
        await at_rest(pilot)
        edge = app.conversation.region.right - 1
        bottom = app.conversation.region.height - 1
        await pilot.mouse_down(offset=(edge, bottom))
        await pilot.hover(offset=(edge, 0))
        await pilot.mouse_up(offset=(edge, 0))
        await at_rest(pilot)
        assert app.conversation.scroll_y == 0
        assert "<0>" in shown(app)
        await pilot.hover(offset=(edge, 5))
        assert app.conversation.scroll_y == 0
        await pilot.click(offset=(edge, bottom))
        await at_rest(pilot)
        assert app.conversation.following
        assert "<299>" in shown(app)

    look(act)


def test_a_session_is_cleared_while_it_is_read() -> None:
    async def act(app: Talk, pilot: "Pilot[None]") -> None:
        await fill(app, 500)
        app.conversation.scroll_to(y=100, animate=False)
        await app.conversation.clear()
        await fill(app, 3)
        await at_rest(pilot)
        assert [text_of(block) for block in mounted(app)] == list(map(entry_text, range(3)))
        assert app.conversation.following

    look(act)
