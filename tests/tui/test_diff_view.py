"""The diff of a file as it is drawn."""

import asyncio

import pytest
from pygments.lexers import get_all_lexers
from tests.tui.conftest import Snapshot
from tests.tui.diff_samples import BINARY, DATES, HOSTILE, SEVERAL
from tests.tui.screen_rows import screen_rows
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll

from inhouse.diff.file_diff import FileDiff
from inhouse.diff.parse import parse_diff
from inhouse.tui.diff.lay_out import lay_out, measure
from inhouse.tui.diff.section import FileSection
from inhouse.tui.diff.syntax_colours import LANGUAGES, colour_lines
from inhouse.tui.diff.view import DiffView
from inhouse_tools.writing.changes import unified_diff


class DiffApp(App[None]):
    """One diff that can be scrolled."""

    def __init__(self, *files: FileDiff, limit: int | None = None) -> None:
        super().__init__()
        self.views = [DiffView(file, limit=limit) for file in files]

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield from self.views


def shown(text: str, size: tuple[int, int], limit: int | None = None) -> list[str]:
    """What a diff looks like on a screen of this size."""

    async def look() -> list[str]:
        app = DiffApp(*parse_diff(text), limit=limit)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            return screen_rows(app)

    return asyncio.run(look())


def test_numbers_marks_and_text() -> None:
    text = unified_diff("a.txt", "one\ntwo\nthree\n", "one\n2\nthree\n")
    rows = shown(text, (40, 8))
    assert rows[:4] == [" 1 │  one", " 2 │- two", " 2 │+ 2", " 3 │  three"]


def test_side_by_side_from_140_columns() -> None:
    text = unified_diff("a.txt", "one\ntwo\nthree\nfour\n", "one\n2\nand\nthree\nfour\n")
    rows = shown(text, (140, 8))
    halves = [(row[:69].rstrip(), row[70:]) for row in rows[:5]]
    assert halves == [
        (" 1 │  one", " 1 │  one"),
        (" 2 │- two", " 2 │+ 2"),
        ("   │", " 3 │+ and"),
        (" 3 │  three", " 4 │  three"),
        (" 4 │  four", " 5 │  four"),
    ]
    assert shown(text, (139, 8))[1] == " 2 │- two"


def test_a_long_line_goes_on_in_the_next_row() -> None:
    text = unified_diff("a.txt", "", "several long words that do not fit\n", new=True)
    assert shown(text, (20, 5))[:3] == [
        " 1 │+ several long",
        "   │  words that",
        "   │  do not fit",
    ]


def test_a_limit_says_what_is_left() -> None:
    text = unified_diff("a.txt", "", "".join(f"{number}\n" for number in range(30)), new=True)
    rows = shown(text, (40, 12), limit=4)
    assert rows[:5] == [" 1 │+ 0", " 2 │+ 1", " 3 │+ 2", "   │ … 27 more lines", ""]


def test_remarks() -> None:
    text = unified_diff("a.txt", "a\nb", "a\nb\n")
    assert "   │ no newline at the end of the old file" in shown(text, (60, 8))
    text = unified_diff("a.txt", "a\nb", "a\nc")
    assert "   │ no newline at the end of the file" in shown(text, (60, 8))
    assert shown(BINARY, (60, 8))[0] == "   │ a binary file"
    assert shown("no diff at all\n[red]\x1b[31m", (60, 8))[:2] == [
        "   │ no diff at all",
        "   │ [red]\\x1b[31m",
    ]


def test_dos_endings_are_shown_only_where_they_tell_something() -> None:
    same = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"
    assert shown(same, (40, 5))[:3] == [" 1 │  a", " 2 │- b", " 2 │+ c"]
    mixed = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\r\n+b\n"
    assert shown(mixed, (40, 5))[:2] == [" 1 │- b\\r", " 1 │+ b"]


def test_hostile_text_is_only_text() -> None:
    rows = shown(HOSTILE, (60, 8))
    assert " 1 │+ [@click=app.quit]press[/]" in rows
    assert " 2 │+ \\x1b[2Jgone\\u202e" in rows


def test_every_line_of_a_large_diff_has_its_row() -> None:
    lines = "".join(f"+line {number}\n" for number in range(50_000))
    (file,) = parse_diff(f"--- /dev/null\n+++ b/big.py\n@@ -0,0 +1,50000 @@\n{lines}")
    assert file.added == 50_000
    rows = lay_out(file, measure(file, 80, split=False))
    assert len(rows) == 50_000
    assert rows[-1].left is not None
    assert rows[-1].left.line.line.new == 50_000


@pytest.mark.parametrize("split", [False, True])
def test_all_lines_stand_in_rows(split: bool) -> None:
    for file in parse_diff(SEVERAL):
        rows = lay_out(file, measure(file, 70, split=split))
        lines = {
            id(piece.line.line): piece.line.line
            for row in rows
            for piece in (row.left, row.right)
            if piece is not None
        }
        wanted = [line for hunk in file.hunks for line in hunk.lines if line.mark != "\\"]
        assert list(lines.values()).sort(key=id) == wanted.sort(key=id)
        assert len(lines) == len(wanted)


def test_every_language_is_known() -> None:
    known = {alias for lexer in get_all_lexers(plugins=False) for alias in lexer[1]}
    assert set(LANGUAGES.values()) <= known


def test_colours_of_code() -> None:
    lines = ["def f():", '    """Says', '    more."""']
    colours = colour_lines("a.py", lines)
    assert (0, 3, "code--keyword") in colours[0]
    assert (4, 5, "code--name") in colours[0]
    assert colours[1][-1][2] == colours[2][-1][2] == "code--comment"
    assert colour_lines("a.unknown", lines) == [[], [], []]
    assert colour_lines("a.py", ["x" * 30_000]) == [[]]


def test_a_section_unfolds_and_changes_its_form() -> None:
    async def use() -> None:
        (file,) = parse_diff(DATES)
        section = FileSection(file)

        class SectionApp(App[None]):
            def compose(self) -> ComposeResult:
                yield section

        app = SectionApp()
        async with app.run_test(size=(60, 30)) as pilot:
            await pilot.pause()
            assert screen_rows(app)[0] == "▸ src/dates.py  +4 \u22123"
            assert not section.query(DiffView)
            section.focus()
            await pilot.press("enter")
            assert screen_rows(app)[0] == "▾ src/dates.py  +4 \u22123"
            view = section.query_one(DiffView)
            await pilot.press("d")
            assert view.is_split
            await pilot.press("space")
            assert not view.display
            await pilot.click(section, offset=(3, 0))
            assert view.display

    asyncio.run(use())


@pytest.mark.parametrize("width", [60, 100, 160])
def test_picture_of_a_diff(width: int, snapshot: Snapshot) -> None:
    async def look() -> None:
        app = DiffApp(*parse_diff(DATES))
        async with app.run_test(size=(width, 26)) as pilot:
            await pilot.pause()
            snapshot(app, f"diff/dates-{width}")

    asyncio.run(look())


def test_picture_in_light(snapshot: Snapshot) -> None:
    async def look() -> None:
        app = DiffApp(*parse_diff(DATES))
        async with app.run_test(size=(160, 26)) as pilot:
            app.theme = "textual-light"
            await pilot.pause()
            snapshot(app, "diff/dates-light")

    asyncio.run(look())
