"""Markdown as it is written: the same rows however it arrives, and no text that does harm."""

import asyncio
import time
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from inhouse.sanitise import sanitise
from inhouse.tui.flow.growing import GrowingMarkdown
from inhouse.tui.flow.markdown import parse
from inhouse.tui.flow.markdown_text import MarkdownText
from inhouse.tui.flow.piece import Code, Piece

TORN = [
    "# ", "text ", "**bold", "**", "`code`", "``", "```", "```python\n", "```\n", "~~~\n", "\n",
    "\n\n", "- ", "  - ", "1. ", "7. ", "> ", "| a | b |\n", "|---|:-:|\n", "| 1 |\n", "|", "---\n",
    "===\n", "[link](", "http://x.y)", "[x]: http://z\n", "[x]", "![alt](src)", "<b>", "<!--",
    "&#27;", "&amp;", "\\", "[@click=app.quit]", "[/]", "[red]", "\x1b]52;c;eA==\x07", "\r\n", "\r",
    "-->", "\t", "\x00", "\u202e", "\ud800", "e\u0301", "漢字", "👩‍👩‍👧", "    ", "* * *\n", "_em_",
    "~~gone~~", "a" * 30, "  \n", "x" * 200,
]  # fmt: skip
pieces_of_text = st.lists(st.sampled_from(TORN) | st.text(max_size=12), max_size=30)


def rows_of(pieces: list[Piece], width: int = 40) -> list[str]:
    rows = [
        (row.plain, place == 0 and row is piece.margin.above)
        for place, piece in enumerate(pieces)
        for row in piece.rows(width)
    ]
    return [plain.rstrip() for plain, dropped in rows if not dropped]


def grown(parts: list[str]) -> GrowingMarkdown:
    growing = GrowingMarkdown()
    for part in parts:
        growing.append(part)
    return growing


@given(pieces_of_text, st.integers(1, 90))
def test_any_text_becomes_rows_that_fit_and_are_safe(parts: list[str], width: int) -> None:
    text = "".join(parts)
    for piece in parse(sanitise(text)).pieces:
        for row in piece.rows(width):
            assert row.plain == sanitise(row.plain)
            assert "\n" not in row.plain
            assert row.cell_length <= max(width, 24)


@given(pieces_of_text)
def test_no_word_is_lost(parts: list[str]) -> None:
    words = [f"word{place}" for place in range(len(parts))]
    text = "\n\n".join(f"{word} {part}" for word, part in zip(words, parts, strict=True))
    shown = "".join("".join(rows_of(list(parse(sanitise(text)).pieces), 60)).split())
    for word in words:
        assert word in shown or f"[x]:{word}" in text.replace(" ", "")


@given(pieces_of_text)
def test_it_never_fails_while_it_grows(parts: list[str]) -> None:
    growing = grown(parts)
    rows = rows_of([*growing.settled, *growing.growing])
    assert all(row == sanitise(row) for row in rows)


DOCUMENT = """# Title

A paragraph with *words*
over two lines.

1. one
2. two
   - nested
   - and more

   with a second paragraph
3. three

- a
- b

> quoted
>
> twice

| a | b |
|---|--:|
| 1 | 2 |

```python
def function() -> None: ...
```

---

The end, with [a link](http://example.com).
"""


@given(st.lists(st.integers(1, len(DOCUMENT)), max_size=12))
def test_it_looks_the_same_however_it_arrives(cuts: list[int]) -> None:
    places = sorted({0, *cuts, len(DOCUMENT)})
    parts = [DOCUMENT[start:end] for start, end in pairwise(places)]
    growing = grown(parts)
    assert growing.exact
    assert rows_of([*growing.settled, *growing.growing]) == rows_of(list(parse(DOCUMENT).pieces))


def test_numbers_of_a_list_go_on_also_when_the_source_does_not_count() -> None:
    growing = grown([f"1. item {number}\n" for number in range(1, 6)])
    rows = rows_of([*growing.settled, *growing.growing])
    assert rows == [f"{number}. item {number}" for number in range(1, 6)]


def test_a_long_block_of_code_settles_in_parts_and_keeps_its_lines() -> None:
    code = "".join(f"line_{number} = {number}\n" for number in range(200))
    growing = grown(["```python\n", *code.splitlines(keepends=True), "```\n\n", "After.\n"])
    rows = rows_of([*growing.settled, *growing.growing])
    assert [row.strip() for row in rows if row.strip()] == [*code.splitlines(), "After."]
    assert not growing.exact
    assert (
        max(piece.content.plain.count("\n") for piece in growing.settled if isinstance(piece, Code))
        < 60
    )


@pytest.mark.parametrize("part", ["word " * 12 + "\n\n", "- an item of a list\n", "x = 1\n"])
def test_the_last_piece_costs_no_more_than_the_first(part: str) -> None:
    def cost(growing: GrowingMarkdown) -> float:
        times: list[float] = []
        for _ in range(30):
            began = time.thread_time()
            growing.append(part)
            times.append(time.thread_time() - began)
        return sorted(times)[10]

    growing = GrowingMarkdown()
    growing.append("```python\n" if part.startswith("x") else "")
    for _ in range(30):
        growing.append(part)
    early = cost(growing)
    for _ in range(300):
        growing.append(part)
    assert cost(growing) < early * 8


class TextApp(App[None]):
    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = MarkdownText(text)

    def compose(self) -> ComposeResult:
        yield self.text


def test_an_update_that_adds_no_row_lays_nothing_out() -> None:
    async def look() -> None:
        app = TextApp()
        layouts = 0

        def count(_screen: object) -> None:
            nonlocal layouts
            layouts += 1

        async with app.run_test(size=(60, 20)) as pilot:
            app.text.write("one")
            await pilot.pause()
            screen = cast("Any", app.screen)
            screen.screen_layout_refresh_signal.subscribe(app.text, count, immediate=True)
            app.text.write(" two")
            app.text.write(" three")
            await pilot.pause()
            assert "one two three" in app.export_screenshot().replace("&#160;", " ")
            assert layouts == 0
            app.text.write("\n\nfour")
            await pilot.pause()
            assert layouts > 0
            assert app.text.size.height == 3

    asyncio.run(look())


def test_text_is_selected_with_the_mouse() -> None:
    async def look() -> None:
        app = TextApp("first paragraph\n\nsecond **paragraph** here")
        async with app.run_test(size=(60, 10)) as pilot:
            await pilot.pause()
            await pilot.mouse_down(offset=(6, 0))
            await pilot.hover(offset=(6, 2))
            await pilot.mouse_up(offset=(6, 2))
            await pilot.pause()
            assert app.screen.get_selected_text() == "paragraph\n\nsecond "

    asyncio.run(look())


def test_another_theme_has_other_colours() -> None:
    async def look() -> None:
        app = TextApp("# Title\n\n```python\nreturn 1\n```")
        async with app.run_test(size=(40, 8)) as pilot:
            app.theme = "textual-dark"
            await pilot.pause()
            dark = app.export_screenshot()
            app.theme = "textual-light"
            await pilot.pause()
            light = app.export_screenshot()
            assert "#e0e0e0" in light
            assert dark != light

    asyncio.run(look())
