"""Calls of tools as blocks: every state, folding, copying, live output."""

from typing import TYPE_CHECKING, Any

import pytest
from tests.tui.diff_samples import DATES, HOSTILE, SEVERAL
from tests.tui.screen_rows import rows_of
from tests.tui.tool_calls import (
    ASKED,
    DENIED,
    NO,
    YES,
    BlocksApp,
    Clock,
    ended,
    make,
    shown,
    started,
    use,
)

from inhouse.tui.blocks.advice import NO_MEMORY, NOT_INSTALLED, TOO_LONG, TOO_MUCH
from inhouse.tui.blocks.change import ChangeBlock
from inhouse.tui.blocks.command import CommandBlock
from inhouse.tui.blocks.edit import EditBlock
from inhouse.tui.blocks.reading import ReadingBlock
from inhouse.tui.blocks.search import SearchBlock
from inhouse.tui.blocks.tool import ToolBlock, tool_block
from inhouse.tui.diff.section import FileSection
from inhouse.tui.diff.view import DiffView
from inhouse_agent.events import ChangeProposed, ToolEnded, ToolStarted
from inhouse_agent.history import CANCELLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inhouse.tui.blocks.block import Block
    from inhouse_tools.tool import JsonValue


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bash", CommandBlock),
        ("edit", EditBlock),
        ("write", EditBlock),
        ("replace_symbol", EditBlock),
        ("rename_symbol", EditBlock),
        ("read", ReadingBlock),
        ("symbols", ReadingBlock),
        ("grep", SearchBlock),
        ("glob", SearchBlock),
        ("plan", ToolBlock),
        ("anything", ToolBlock),
    ],
)
def test_the_name_decides_about_the_block(name: str, kind: type[ToolBlock]) -> None:
    assert type(tool_block(started(name, "x"))) is kind


def test_the_state_is_a_word() -> None:
    make_it = started("bash", "make", command="make")
    done = ended("bash", "[exit code 0]", exit_code=0)
    refused = ended("bash", DENIED.format(NO.comment), failed=True)
    by_rule = ended("bash", DENIED.format("mode plan only reads"), failed=True)
    stopped = ended("bash", CANCELLED, failed=True)
    rows = shown(
        make(make_it),
        make(make_it, ASKED),
        make(make_it, ASKED, YES),
        make(make_it, ASKED, YES, done),
        make(make_it, ASKED, NO, refused),
        make(make_it, by_rule),
        make(make_it, "half\n", stopped),
    )
    assert rows == [
        "● bash make  running",
        "● bash make  waiting for you",
        "● bash make  running",
        "● bash make",
        "● bash make  denied",
        "│ keep returning None",
        "● bash make  denied",
        "│ mode plan only reads",
        "● bash make  interrupted",
        "│ half",
    ]


def test_seconds_go_on_while_it_runs() -> None:
    clock = Clock()
    block = CommandBlock(started("bash", "make"), clock=clock)

    async def act(pilot: Any) -> None:
        titles: list[str] = []
        for clock.now in (0.5, 3.2, 64.9):
            block.draw()
            await pilot.pause()
            titles += rows_of(pilot.app)
        assert titles == [
            "● bash make  running",
            "● bash make  running 3 s",
            "● bash make  running 1 min 04 s",
        ]

    use(BlocksApp(block), act)


def test_reading_is_one_line_until_it_is_unfolded() -> None:
    text = "src/a.py, lines 1-2 of 2:\n[b]one[/b]\ntwo"
    block = make(started("read", "src/a.py"), ended("read", text, lines=2, cut=0))

    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app) == ["● read src/a.py  2 lines"]
        block.focus()
        await pilot.press("enter")
        assert rows_of(pilot.app)[1:] == [f"│ {line}" for line in text.split("\n")]
        await pilot.press("space")
        assert len(rows_of(pilot.app)) == 1
        await pilot.click(block, offset=(6, 0))
        assert len(rows_of(pilot.app)) == 4

    use(BlocksApp(block), act)


def test_the_title_says_what_the_call_is_about() -> None:
    titles = {
        "grep": (
            {"pattern": "def parse", "path": "src", "glob": "*.py"},
            "def parse in src (*.py)",
        ),
        "glob": ({"pattern": "**/*.md"}, "**/*.md"),
        "symbols": ({"name": "parse"}, "parse"),
        "read": ({"file_path": "src/a.py"}, "src"),
        "replace_symbol": ({"file_path": "a.py", "symbol": "A.run"}, "A.run in a.py"),
        "rename_symbol": (
            {"file_path": "a.py", "symbol": "run", "new_name": "walk"},
            "run to walk in a.py",
        ),
    }
    blocks = [make(started(name, "src", **given)) for name, (given, _said) in titles.items()]
    assert shown(*blocks) == [f"● {name} {said}  running" for name, (_, said) in titles.items()]
    broken = make(ToolStarted("c1", "grep", "grep .", "[1"))
    assert shown(broken) == ["● grep .  running"]


def test_figures_of_what_was_found() -> None:
    figures: list[tuple[str, Mapping[str, JsonValue], str]] = [
        ("read", {"lines": 1, "cut": 0}, "1 line"),
        ("read", {"lines": 1200, "cut": 300}, "1,200 lines of 1,500"),
        ("grep", {"lines": 0}, "no hits"),
        ("grep", {"lines": 50, "cut": 20}, "50 hits, 20 not shown"),
        ("glob", {"lines": 7, "cut": 0}, "7 files"),
    ]
    rows = shown(
        *(make(started(name, "x"), ToolEnded("c1", name, "t", show)) for name, show, _ in figures)
    )
    assert rows == [f"● {name} x  {said}" for name, _, said in figures]


def test_a_failure_is_said_in_short() -> None:
    text = "\n".join(f"reason {number}" for number in range(9))
    block = make(started("read", "no.py"), ended("read", text, failed=True))
    assert shown(block) == [
        "● read no.py  failed",
        *(f"│ reason {number}" for number in range(4)),
        "│ … 5 more lines",
    ]


def test_a_command_shows_its_last_lines_and_how_it_ended() -> None:
    output = "\n".join(f"line {number}" for number in range(132))
    text = f"{output}\n[exit code 2]"
    block = make(
        started("bash", "make", command="make"),
        ended("bash", text, failed=True, seconds=64.2, exit_code=2, cut=0),
    )
    rows = shown(block)
    assert rows[0] == "● bash make  exit 2  1 min 04 s"
    assert rows[1:] == ["│ … 124 more lines", *(f"│ line {number}" for number in range(124, 132))]
    assert block.copied_text() == f"$ make\n{output}"


def test_live_output_is_a_tail() -> None:
    block = make(started("bash", "make", command="make"))

    async def act(pilot: Any) -> None:
        for number in range(100):
            block.progress(f"\x1b[32mline\x1b[0m {number}\n")
        block.progress("\r10 %\r99 %\x1b]0;title\x07")
        await pilot.pause()
        rows = rows_of(pilot.app)
        assert rows[1] == "│ … 93 more lines"
        assert rows[-2:] == ["│ line 99", "│ 99 %\\x1b]0;title\\x07"]

    use(BlocksApp(block), act)


def test_what_ran_stays_coloured_when_the_answer_is_the_same() -> None:
    start = started("bash", "make", command="make")
    done = ended("bash", "ok\n[exit code 0]", exit_code=0, cut=0)
    same = make(start, "\x1b[32mok\x1b[0m\n", done)
    other = make(start, "only a par", done)
    for block in (same, other):
        assert shown(block)[1:] == ["│ ok"]
        assert block.full_text() == "ok"


def test_ends_of_commands_that_failed() -> None:
    ends = [
        ("[stopped: it ran longer than 120 seconds]", -15, "out of time", TOO_LONG),
        ("[stopped: it wrote too much output]", -15, "too much output", TOO_MUCH),
        ("[ended by signal 9]", -9, "signal 9", NO_MEMORY),
        ("[exit code 127]", 127, "exit 127", NOT_INSTALLED),
    ]
    blocks = [
        make(
            started("bash", "x"),
            ended("bash", f"x: command not found\n{end}", failed=True, exit_code=code),
        )
        for end, code, _, _ in ends
    ]
    rows = iter(shown(*blocks))
    for _, _, said, advice in ends:
        assert next(rows) == f"● bash x  {said}"
        assert next(rows) == "│ x: command not found"
        assert next(rows) == advice


def test_a_long_command_is_whole_when_it_is_unfolded() -> None:
    command = "for one in 1 2 3; do\n    echo $one\ndone"
    title = "for one in 1 2 3; do echo…"
    block = make(
        started("bash", title, command=command), ended("bash", "1\n[exit code 0]", exit_code=0)
    )

    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app) == [f"● bash {title}", "│ 1"]
        block.focus()
        await pilot.press("enter")
        shown = [f"│ {line}" for line in command.split("\n")]
        assert rows_of(pilot.app) == [f"● bash {title}", *shown, "│ 1"]

    use(BlocksApp(block), act)


def test_an_edit_shows_its_diff() -> None:
    block = make(
        started("edit", "src/dates.py"),
        ended("edit", "Edited.", seconds=0.2, diff=DATES, problems="src/dates.py:3: [no-name]"),
    )

    async def act(pilot: Any) -> None:
        rows = rows_of(pilot.app)
        assert rows[0] == "● edit src/dates.py  +4 \u22123  0.2 s"
        assert rows[10].endswith("… 8 more lines")
        assert rows[11] == "│ src/dates.py:3: [no-name]"
        block.focus()
        await pilot.press("enter")
        assert "20 │+         self.days: dict[date, int] = {}" in rows_of(pilot.app)
        await pilot.press("d")
        assert pilot.app.query_one(DiffView).is_split
        await pilot.press("c", "ctrl+o")
        assert pilot.app.copied == [DATES]
        assert pilot.app.outputs[0].text == f"Edited.\n\n{DATES}".strip()

    use(BlocksApp(block), act)


def test_a_warning_stands_below_the_diff() -> None:
    text = "Edited src/dates.py at line 8.\nWarning: src/dates.py does not parse:\nline 9"
    rows = shown(make(started("edit", "src/dates.py"), ended("edit", text, diff=DATES)))
    assert rows[-2:] == ["│ Warning: src/dates.py does not parse:", "│ line 9"]


def test_an_edit_of_several_files_lists_them() -> None:
    block = make(started("rename_symbol", "a"), ended("rename_symbol", "Renamed.", diff=SEVERAL))
    rows = shown(block)
    assert rows[0] == "● rename_symbol a  +9 \u22125"
    assert [row[:1] for row in rows[1:]] == ["▸"] * 4


def test_a_denied_edit_can_be_looked_at() -> None:
    refused = ended("edit", DENIED.format(NO.comment), failed=True)
    block = make(started("edit", "src/dates.py"), ASKED, NO, refused)

    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app) == ["● edit src/dates.py  denied", "│ keep returning None"]
        block.focus()
        await pilot.press("enter")
        assert any("Both forms are common" in row for row in rows_of(pilot.app))
        await pilot.press("enter")
        assert len(rows_of(pilot.app)) == 2

    use(BlocksApp(block), act)


def test_all_output_is_asked_for_by_key() -> None:
    kept = "[9 lines (900 characters) left out here. Read out-3 with offset=4]"
    text = f"first\n{kept}\nlast\n[exit code 0]"
    block = make(started("bash", "make", command="make"), ended("bash", text, exit_code=0, cut=9))

    async def act(pilot: Any) -> None:
        block.focus()
        await pilot.press("ctrl+o")
        (wanted,) = pilot.app.outputs
        assert (wanted.title, wanted.kept, wanted.at_end) == ("bash make", "out-3", True)
        assert wanted.text == f"first\n{kept}\nlast"

    use(BlocksApp(block), act)


def test_a_block_made_again_shows_the_same() -> None:
    blocks: list[Block] = [
        make(started("edit", "src/dates.py"), ASKED, YES, ended("edit", "Edited.", diff=DATES)),
        make(started("bash", "make", command="make"), "one\ntwo\n"),
        make(started("read", "a"), ended("read", "text", lines=1)),
        ChangeBlock(ChangeProposed(SEVERAL, ("a", "b"))),
    ]
    for folded in (True, False):
        for block in blocks:
            block.folded = folded
        made = [block.again() for block in blocks]
        assert [block.folded for block in made] == [folded] * len(blocks)
        assert [block.finished for block in made] == [True, False, True, True]
        twice = [block.again() for block in made]
        assert shown(*made, size=(80, 80)) == shown(*twice, size=(80, 80))


def test_hostile_titles_and_results_are_only_text() -> None:
    title = "x [@click=app.quit]press[/] \x1b]52;c;aGk=\x07"
    block = make(started("web", title), ended("web", "[red]x[/red] [/]\n\x1b[2J\u202e"))
    assert shown(block) == [
        "● web x [@click=app.quit]press[/] \\x1b]52;c;aGk=\\x07",
        "│ [red]x[/red] [/]",
        "│ \\x1b[2J\\u202e",
    ]
    rows = shown(ChangeBlock(ChangeProposed(HOSTILE, ())))
    assert rows[1] == "▸ src/[red]\\x1b]52;c;aGk=\\x07.py  +2 \u22121"


def test_the_whole_change_is_a_list_of_files() -> None:
    block = ChangeBlock(ChangeProposed(SEVERAL, ("a", "b", "c", "d")))

    async def act(pilot: Any) -> None:
        assert rows_of(pilot.app) == [
            "● whole change 4 files  +9 \u22125",
            "▸ src/dates.py  +4 \u22123",
            "▸ tests/of/a/package/that/lies/deep/test_dates.py  +5  new",
            "▸ notes.txt  \u22122",
            "▸ logo.png  binary",
        ]
        block.focus()
        await pilot.press("n", "n", "n", "enter")
        assert "1 │- one" in rows_of(pilot.app)
        sections = list(pilot.app.query(FileSection))
        assert [section.folded for section in sections] == [True, True, False, True]
        await pilot.press("p", "p", "p")
        assert sections[3].has_focus
        block.focus()
        await pilot.press("enter")
        assert not any(section.folded for section in sections)
        await pilot.press("c")
        assert pilot.app.copied == [SEVERAL]

    use(BlocksApp(block), act)


def test_of_very_many_files_only_the_first_are_listed() -> None:
    diff = "".join(f"--- a/{n}\n+++ b/{n}\n@@ -1 +1 @@\n-a\n+b\n" for n in range(57))
    rows = shown(ChangeBlock(ChangeProposed(diff, ())), size=(60, 60))
    assert rows[0] == "● whole change 57 files  +57 \u221257"
    assert len(rows) == 52
    assert rows[-1] == "… 7 more files (/diff shows all)"


@pytest.mark.parametrize("width", [40, 20])
def test_a_narrow_title_keeps_its_figures(width: int) -> None:
    block = make(
        started("bash", "a command that is rather long for a narrow terminal"),
        ended("bash", "[exit code 3]", failed=True, exit_code=3),
    )
    (title, *_rest) = shown(block, size=(width, 10))
    assert title.startswith("● bash")
    assert title.endswith("exit 3")
