"""The screens for going back: prompts and scopes, turns to undo, and a question about it."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.tui.screen_stage import Open, Opened, Picture, look, on_stage
from tests.tui.session_samples import HOUR, MINUTE, iso
from textual.app import App
from textual.screen import Screen
from textual.widgets import Static

from inhouse.live.rewinding import RewindPoint
from inhouse.tui.screens.confirm import ConfirmScreen
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.rewind import RewindChoice, RewindScreen
from inhouse.tui.screens.row_list import RowList
from inhouse.tui.screens.undo import UndoChoice, UndoScreen
from inhouse_tools.undo import FileSummary, TurnSummary
from inhouse_tools.undo.record import State, Turn

Snapshot = Callable[[App[Any], str], None]


def points() -> list[RewindPoint]:
    now = time.time()
    return [
        RewindPoint("", iso(now - 5 * HOUR), "Where are numbers parsed?"),
        RewindPoint("a", iso(now - 3 * HOUR), "Make it accept 1_000", ("numbers.py", "tests.py")),
        RewindPoint(
            "b", iso(now - 40 * MINUTE), "[b]Now[/b] hex\x1b[2J\n\nplease", ("numbers.py",)
        ),
        RewindPoint("c", iso(now - 60), "Write tests for all of it", ("tests/test_numbers.py",)),
    ]


def turn(number: int, prompt: str, age: float, state: State = "done") -> Turn:
    began = time.time() - age
    return Turn(number, f"{number:08x}", began, began + 5, prompt, state)


def turns() -> list[TurnSummary]:
    """Two that were taken back, three that stand."""
    one = FileSummary("numbers.py", "changed", 12, 3)
    return [
        TurnSummary(turn(5, "Write tests for all of it", 60, "undone"), (one,), 10),
        TurnSummary(turn(4, "Rename [b]x[/b]", 40 * MINUTE, "undone"), (one,), 10),
        TurnSummary(
            turn(3, "Make it accept 1_000", 3 * HOUR),
            (
                one,
                FileSummary("tests/test_numbers.py", "created", 40, 0),
                FileSummary("old.py", "deleted", 0, 7),
                FileSummary("data.bin", "changed", covered=False),
            ),
            10,
        ),
        TurnSummary(turn(2, "! make format", 26 * HOUR), (one, one), 10),
        TurnSummary(turn(1, "Begin", 80 * HOUR), (one,), 10),
    ]


def gives(make: Callable[[], Screen[Any]], cases: Sequence[tuple[list[str], Any]]) -> None:
    """Each of these keys makes the screen give this."""

    def act(keys: list[str], expected: object) -> Open:
        async def press(opened: Opened) -> None:
            await opened.pilot.press(*keys)
            await opened.pilot.pause()
            assert opened.results == [expected], keys

        return press

    on_stage((make, act(keys, expected)) for keys, expected in cases)


def test_a_prompt_and_what_goes_back() -> None:
    expected = points()

    def choice(place: int, *, code: bool = True, conversation: bool = True) -> RewindChoice:
        return RewindChoice(expected[place], code, conversation)

    gives(
        lambda: RewindScreen(expected),
        [
            (["enter", "enter"], choice(3)),
            (["enter", "down", "enter"], choice(3, code=False)),
            (["up", "up", "1"], choice(1)),
            (["home", "2"], choice(0, code=False)),
            (["up", "enter", "3"], choice(2, conversation=False)),
            (["enter", "escape", "up", "enter", "end", "enter"], choice(2, conversation=False)),
            (["escape"], None),
            (["enter", "escape", "escape"], None),
        ],
    )


def test_without_anything_to_go_back_to() -> None:
    gives(lambda: RewindScreen([]), [(["enter", "1", "2", "3", "escape"], None)])
    gives(lambda: UndoScreen([]), [(["enter", "down", "escape"], None)])


def test_how_far_to_undo() -> None:
    gives(
        lambda: UndoScreen(turns()),
        [
            (["enter"], UndoChoice("redo", "00000005")),
            (["down", "enter"], UndoChoice("redo", "00000004")),
            (["down", "down", "enter"], UndoChoice("undo", "00000003")),
            (["end", "enter"], UndoChoice("undo", "00000001")),
            (["escape"], None),
        ],
    )


def test_a_question_is_answered() -> None:
    gives(
        lambda: ConfirmScreen("Why [x]", "Do it?"),
        [(["y"], True), (["n"], False), (["escape"], False)],
    )


def test_what_is_moved_is_marked_and_counted() -> None:
    def marked(opened: Opened) -> list[bool]:
        rows = opened.app.screen.query_one(RowList)
        drawn = (rows.draw(row, chosen=False)[0].plain for row in range(rows.count))
        return [line.startswith(" │") for line in drawn]

    async def act(opened: Opened) -> None:
        assert marked(opened) == [True, True, False, False, False]
        await opened.pilot.press("down")
        assert marked(opened) == [False, True, False, False, False]
        await opened.pilot.press("end")
        assert marked(opened) == [False, False, True, True, True]
        assert opened.app.screen.query_one(Hints).pairs[0] == ("Enter", "take back 3 turns")
        await opened.pilot.press("up", "up")
        names = str(opened.app.screen.query_one("#names", Static).render())
        assert "data.bin  not covered" in names

    on_stage([(lambda: UndoScreen(turns()), act)])


CONFLICT = (
    "Turn 1a2b3c4d was not taken back, and nothing was touched: numbers.py (changed since then)."
)
SCREENS: dict[str, Callable[[], Screen[Any]]] = {
    "rewind": lambda: RewindScreen(points()),
    "no prompts": lambda: RewindScreen([]),
    "undo": lambda: UndoScreen(turns()),
    "no turns": lambda: UndoScreen([]),
    "conflict": lambda: ConfirmScreen(
        CONFLICT,
        "Overwrite what was changed since then? /redo brings it back.",
        yes="overwrite",
        no="leave it",
    ),
}


PICTURES = [
    ("rewind", Picture("rewind/prompts_100", (100, 30), ("up",))),
    ("rewind", Picture("rewind/scopes_60", (60, 24), ("enter", "down"))),
    ("rewind", Picture("rewind/light_100", (100, 24), ("enter",), "paper")),
    ("rewind", Picture("rewind/tiny_40", (40, 12), ("enter",))),
    ("no prompts", Picture("rewind/empty_60", (60, 16))),
    ("undo", Picture("undo/turns_100", (100, 30), ("end", "up"))),
    ("undo", Picture("undo/again_60", (60, 24))),
    ("undo", Picture("undo/tiny_40", (40, 12), ("end", "up", "up"))),
    ("no turns", Picture("undo/empty_60", (60, 16))),
    ("conflict", Picture("undo/conflict_80", (80, 20))),
]


def test_pictures(snapshot: Snapshot) -> None:
    def act(picture: Picture) -> Open:
        async def show(opened: Opened) -> None:
            await look(opened, picture)
            snapshot(opened.app, picture.name)

        return show

    on_stage((SCREENS[screen], act(picture)) for screen, picture in PICTURES)
