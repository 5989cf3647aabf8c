"""Pictures of calls as blocks, in every state, at three widths."""

import asyncio

import pytest
from tests.tui.conftest import Snapshot
from tests.tui.diff_samples import DATES, SEVERAL
from tests.tui.tool_calls import ASKED, DENIED, NO, BlocksApp, ended, make, started

from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.change import ChangeBlock
from inhouse_agent.events import ChangeProposed
from inhouse_agent.history import CANCELLED


def commands() -> list[Block]:
    """Commands in every state."""
    test = started("bash", "pytest -q tests/test_dates.py", command="pytest -q tests/test_dates.py")
    output = "\n".join(f"tests/test_dates.py::test_{number} PASSED" for number in range(40))
    live = output.replace("PASSED", "\x1b[32mPASSED\x1b[0m")
    refused = ended("bash", DENIED.format(NO.comment), failed=True)
    push = started("bash", "git push --force origin main && echo pushed it all the way through")
    fetch = started("bash", "curl -sS https://example.org")
    unreachable = "curl: (6) Could not resolve host: example.org\n[exit code 6]"
    failing = f"{output}\nFAILED tests/test_dates.py::test_7\n1 failed, 39 passed\n[exit code 1]"
    return [
        make(test, f"{live}\n\r 41 of 99\r 42 of 99"),
        make(push, ASKED),
        make(test, live, ended("bash", f"{output}\n[exit code 0]", seconds=3.24, exit_code=0)),
        make(test, ended("bash", failing, failed=True, seconds=64, exit_code=1)),
        make(fetch, ended("bash", unreachable, failed=True, seconds=0.3, exit_code=6)),
        make(push, ASKED, NO, refused),
        make(test, "still\nat it\n", ended("bash", CANCELLED, failed=True)),
        make(started("bash", "true"), ended("bash", "[exit code 0]", exit_code=0)),
    ]


def edits() -> list[Block]:
    """Changes in every state."""
    start = started("edit", "src/dates.py")
    unread = 'src/dates.py was not read yet. Call read with file_path="src/dates.py" first.'
    problem = 'src/dates.py:11: error: "date" has no attribute "parse"  [attr-defined]'
    refused = ended("edit", DENIED.format(NO.comment), failed=True)
    open_one = make(start, ended("edit", "Edited.", diff=DATES))
    open_one.folded = False
    return [
        make(start),
        make(start, ASKED),
        make(start, ended("edit", "Edited.", seconds=0.2, diff=DATES, problems=problem)),
        open_one,
        make(start, ended("edit", unread, failed=True)),
        make(start, ASKED, NO, refused),
        make(started("rename_symbol", "src/dates.py"), ended("rename_symbol", "", diff=SEVERAL)),
        ChangeBlock(ChangeProposed(SEVERAL, ())),
    ]


def readings() -> list[Block]:
    """Calls that look and others, in every state."""
    read = started("read", "src/dates.py")
    hits = "src/dates.py:6: def parse(text: str) -> date | None:\nsrc/main.py:2: from dates"
    open_one = make(started("grep", "parse"), ended("grep", hits, lines=2, cut=0))
    open_one.folded = False
    plan = "\n".join(
        f"row {number} of something that a new tool has to say" for number in range(12)
    )
    return [
        make(read),
        make(read, ended("read", "src/dates.py, lines 1-20 of 20:", lines=20, cut=0)),
        make(read, ended("read", "No such file: src/dates.py", failed=True)),
        make(started("glob", "**/*.toml"), ended("glob", "No file matches", lines=0)),
        open_one,
        make(started("look_up", "something"), ended("look_up", plan, seconds=1.5)),
    ]


GROUPS = {"commands": (commands, 52), "edits": (edits, 62), "readings": (readings, 26)}


def take_picture(group: str, width: int, theme: str, name: str, snapshot: Snapshot) -> None:
    async def look() -> None:
        make_blocks, height = GROUPS[group]
        app = BlocksApp(*make_blocks())
        async with app.run_test(size=(width, height)) as pilot:
            app.theme = theme
            await pilot.pause()
            snapshot(app, f"blocks/{name}")

    asyncio.run(look())


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("width", [60, 100, 160])
def test_picture(group: str, width: int, snapshot: Snapshot) -> None:
    take_picture(group, width, "ink", f"{group}-{width}", snapshot)


@pytest.mark.parametrize(("group", "width"), [("commands", 100), ("edits", 160)])
def test_picture_in_light(group: str, width: int, snapshot: Snapshot) -> None:
    take_picture(group, width, "textual-light", f"{group}-light", snapshot)
