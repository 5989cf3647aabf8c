"""Blocks of text: what the person and the model say, thoughts, notices, endings, failures."""

import asyncio
from collections.abc import Callable, Sequence
from typing import get_args

import pytest
from tests.tui.block_app import BlockApp
from textual.app import App

from inhouse.tui.blocks.answer import AnswerBlock
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.compaction import CompactionBlock
from inhouse.tui.blocks.failure import NEXT_STEPS, FailureBlock
from inhouse.tui.blocks.flow_block import FlowBlock
from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.blocks.thinking import ThinkingBlock
from inhouse.tui.blocks.turn_end import ENDINGS, TurnEndBlock
from inhouse_agent.events import Compacted, Ending, TurnEnded
from inhouse_models.chat import ErrorKind, Message, ModelError, Timings, Usage

Snapshot = Callable[[App[None], str], None]

HOSTILE = "\x1b]52;c;cHduZWQ=\x07[@click=app.quit]x[/] [/b] [red]a\x9b31m \u202eevil\u202c"
SUMMARY = Message("user", "The person wants comments kept.\n\nTokens have a field for them now.")
COMPACTED = Compacted(31_204, 4_101, 2, (SUMMARY,))
USAGE = Usage(input_tokens=12_345, cached_input_tokens=11_900, output_tokens=420)
TIMINGS = Timings(read_seconds=0.8, write_seconds=13.46)
FILES = ("tidy/words.py", "tidy/titles.py", "tests/test_words.py", "README.md", "docs/words.md")
THOUGHTS = "\n\n".join(
    f"Thought {number}: the tokens have to carry the comments, so that the printer can write them"
    " back in front of the word that they stood before."
    for number in range(1, 5)
)
MARKDOWN = """# What I found

The parser drops comments in `tidy/words.py`, because **`split_words`** skips them. See
[the notes](https://example.com/notes) or <https://example.com>; `Vec<T>` and <b>this</b> stay.

- `Token.comment` holds what stood *before* the token, also when that is a comment of several lines
- the printer writes it back
  1. in front of the word
  2. ~~or~~ at the end of the file
- a test covers both

```python
@dataclass
class Token:
    \"\"\"A word and what stands before it.\"\"\"
    word: str
    comment: str = ""  # without the hash sign, since the printer writes it anew for every line
```

> Comments are **not** part of the grammar,
> so nothing else changes.

| file | lines | what changes |
|:-----|------:|--------------|
| `tidy/words.py` | 12 | the tokens carry comments, and the splitter fills them in |
| `tidy/titles.py` | 3 | prints them |

---

That is all.
"""


def ended(ending: Ending = "success", text: str = "", files: tuple[str, ...] = ()) -> TurnEnded:
    return TurnEnded(ending, text, 3, USAGE, TIMINGS, 74.2, files)


class StandingClock:
    """Seconds that pass only when told so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def growing_thoughts() -> ThinkingBlock:
    clock = StandingClock()
    block = ThinkingBlock(clock=clock)
    block.write(THOUGHTS)
    clock.now += 12.4
    return block


def unfolded(block: Block) -> Block:
    block.folded = False
    return block


PICTURES: dict[str, Callable[[], Sequence[Block]]] = {
    "prompt": lambda: [
        PromptBlock("Keep the comments in tidy/words.py, and show me what changes."),
        PromptBlock("\n".join(f"line {number} of a long paste" for number in range(1, 31))),
        PromptBlock("What is in these pictures?", images=("data:one", "data:two")),
        PromptBlock("git status --short", shell=True),
    ],
    "prompt_unfolded": lambda: [
        unfolded(PromptBlock("\n".join(f"line {number} of a paste" for number in range(1, 13))))
    ],
    "answer": lambda: [AnswerBlock(MARKDOWN)],
    "thinking": lambda: [growing_thoughts(), ThinkingBlock(THOUGHTS, 12.4), ThinkingBlock("So.")],
    "thinking_unfolded": lambda: [ThinkingBlock(THOUGHTS, 64.0, folded=False)],
    "notice": lambda: [
        NoticeBlock("The engine was restarted; nothing is lost."),
        NoticeBlock(
            "CLAUDE.md was not read, since there is an AGENTS.md beside it.\nSee /context."
        ),
    ],
    "compaction": lambda: [CompactionBlock(COMPACTED)],
    "compaction_unfolded": lambda: [CompactionBlock(COMPACTED, folded=False)],
    "failure": lambda: [
        FailureBlock(ModelError("engine_lost", "The engine ended while it was writing.")),
        FailureBlock(ModelError("overflow", "The prompt needs 40,000 tokens, there are 32,768.")),
        FailureBlock("The file tidy/words.py could not be read: permission denied."),
    ],
    "turn_end": lambda: [
        TurnEndBlock(ended(files=FILES)),
        TurnEndBlock(ended("limit", "After 40 answers the turn was stopped.")),
        TurnEndBlock(ended("interrupted", files=FILES[:1])),
    ],
    "turn_end_unfolded": lambda: [TurnEndBlock(ended(files=FILES), folded=False)],
}


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("name", PICTURES)
def test_pictures(snapshot: Snapshot, name: str, columns: int) -> None:
    async def look() -> None:
        app = BlockApp(PICTURES[name])
        rows = 52 if name == "answer" else 24
        async with app.run_test(size=(columns, rows)) as pilot:
            await pilot.pause()
            snapshot(pilot.app, f"blocks/{name}_{columns}")

    asyncio.run(look())


@pytest.mark.parametrize("name", ["prompt", "answer", "failure", "turn_end"])
def test_pictures_in_a_light_theme(snapshot: Snapshot, name: str) -> None:
    async def look() -> None:
        app = BlockApp(PICTURES[name], "textual-light")
        async with app.run_test(size=(100, 44)) as pilot:
            await pilot.pause()
            snapshot(pilot.app, f"blocks/{name}_light")

    asyncio.run(look())


def rows_of(block: FlowBlock, width: int = 80) -> str:
    return "\n".join(row.plain.rstrip() for piece in block.pieces() for row in piece.rows(width))


ALL: list[Callable[[], Block]] = [
    lambda: PromptBlock(HOSTILE),
    lambda: AnswerBlock(HOSTILE),
    lambda: ThinkingBlock(HOSTILE, 1.0, folded=False),
    lambda: NoticeBlock(HOSTILE),
    lambda: CompactionBlock(Compacted(2, 1, 0, (Message("user", HOSTILE),)), folded=False),
    lambda: FailureBlock(HOSTILE),
    lambda: FailureBlock(ModelError("engine", HOSTILE)),
    lambda: TurnEndBlock(ended("limit", HOSTILE, (HOSTILE,)), folded=False),
]


@pytest.mark.parametrize("make", ALL)
def test_hostile_text_is_shown_and_does_nothing(make: Callable[[], Block]) -> None:
    async def look() -> None:
        app = BlockApp(lambda: [make()])
        async with app.run_test(size=(100, 20)) as pilot:
            await pilot.pause()
            shown = app.export_screenshot().replace("&#160;", " ")
            assert "\\x1b]52;c;" in shown
            assert "\\u202e" in shown
            assert "[@click=app.quit]" in shown
            assert not any(char in shown for char in "\x1b\x9b\u202e")
            for x in (24, 30, 38):
                await pilot.click(offset=(x, 0))
            assert app.is_running

    asyncio.run(look())


@pytest.mark.parametrize("make", [*ALL, growing_thoughts])
def test_a_block_is_made_again(make: Callable[[], Block]) -> None:
    async def look() -> None:
        block = make()
        app = BlockApp(lambda: [block])
        async with app.run_test(size=(100, 20)) as pilot:
            await pilot.pause()
            if isinstance(block, ThinkingBlock):
                block.finish(1.0)
                await pilot.pause()
            block.folded = not block.folded
            await pilot.pause()
            recipe, shown = block.recipe(), app.export_screenshot()
            await app.conversation.clear()
            await app.conversation.add(recipe())
            await pilot.pause()
            assert app.export_screenshot() == shown

    asyncio.run(look())


def test_a_long_prompt_is_folded_by_key_and_by_lines_and_characters() -> None:
    lines = "\n".join(f"line {number}" for number in range(30))

    async def look() -> None:
        block = PromptBlock(lines)
        app = BlockApp(lambda: [block])
        async with app.run_test(size=(60, 40)) as pilot:
            await pilot.pause()
            folded = block.region.height
            block.focus()
            await pilot.press("enter")
            assert block.region.height == folded + 22
            await pilot.press("space")
            assert block.region.height == folded

    asyncio.run(look())
    assert "▸ 22 more lines" in rows_of(PromptBlock(lines))
    assert "more" not in rows_of(PromptBlock("\n".join("123456789")))
    long = rows_of(PromptBlock("x" * 5000))
    assert "▸ 3,800 more characters" in long
    assert long.count("\n") < 20


def test_thoughts_are_counted_and_timed() -> None:
    clock = StandingClock()
    block = ThinkingBlock(clock=clock)
    assert not block.finished
    block.write("one two ")
    block.write("three\nfour")
    clock.now += 61
    assert rows_of(block).splitlines()[0] == "◐ thinking · 1 min 01 s"
    assert "one two three four" in rows_of(block)
    block.finish(61.0)
    assert block.finished
    assert rows_of(block) == "▸ thought for 1 min 01 s (4 words)"
    assert block.copied_text() == "one two three\nfour"
    assert rows_of(ThinkingBlock("again and again")) == "▸ thought (3 words)"


def test_every_ending_and_every_error_says_something() -> None:
    assert set(ENDINGS) == set(get_args(Ending))
    assert set(NEXT_STEPS) == set(get_args(ErrorKind))
    for ending in ENDINGS:
        rows = rows_of(TurnEndBlock(ended(ending)), 100)
        assert "12,345 tokens in (11,900 cached) · 420 out · 31.2 tokens/s · 1 min 14 s" in rows
        assert ("\n" in rows) == (ending != "success")
    for kind, step in NEXT_STEPS.items():
        assert step in rows_of(FailureBlock(ModelError(kind, "It failed.")), 200)


def test_the_end_of_a_turn_names_files_and_the_way_back() -> None:
    rows = rows_of(TurnEndBlock(ended(files=FILES)), 200)
    assert "5 files changed: tidy/words.py, tidy/titles.py, tests/test_words.py and 2 more" in rows
    assert "/undo takes it back" in rows
    assert "\n    docs/words.md" in rows_of(TurnEndBlock(ended(files=FILES), folded=False))
    assert "/undo" not in rows_of(TurnEndBlock(ended()))


def test_copying_gives_what_was_written() -> None:
    async def look() -> None:
        app = BlockApp(lambda: [AnswerBlock(MARKDOWN), PromptBlock("say it")])
        async with app.run_test() as pilot:
            for block in app.conversation.blocks:
                block.focus()
                await pilot.press("c")
            assert app.copied == [MARKDOWN, "say it"]

    asyncio.run(look())


def test_an_answer_is_shown_as_it_is_written() -> None:
    async def look() -> None:
        block = AnswerBlock()
        app = BlockApp(lambda: [block])
        async with app.run_test(size=(60, 30)) as pilot:
            assert not block.finished
            for start in range(0, len(MARKDOWN), 9):
                block.write(MARKDOWN[start : start + 9])
            block.finish(MARKDOWN)
            await pilot.pause()
            written = app.export_screenshot()
            assert block.finished
            await app.conversation.clear()
            await app.conversation.add(AnswerBlock(MARKDOWN))
            await pilot.pause()
            assert app.export_screenshot() == written

    asyncio.run(look())


def test_an_answer_may_be_written_before_it_is_mounted_and_end_differently() -> None:
    async def look() -> None:
        app = BlockApp(list)
        async with app.run_test(size=(60, 10)) as pilot:
            early, other = AnswerBlock(), AnswerBlock()
            early.write("written early")
            early.finish()
            await app.conversation.add(early)
            await app.conversation.add(other)
            other.write("what came")
            other.finish("what it was")
            await pilot.pause()
            shown = app.export_screenshot().replace("&#160;", " ")
            assert "written early" in shown
            assert "what it was" in shown
            assert "what came" not in shown
            assert early.copied_text() == "written early"

    asyncio.run(look())
