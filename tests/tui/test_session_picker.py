"""The picker of sessions: what it shows, finds and does, and every key."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.tui.screen_stage import Open, Opened, Picture, look, on_stage
from tests.tui.session_samples import ROOT, turn, write_samples, write_session
from textual.app import App
from textual.widgets import Input, Static

from inhouse.live.kept_sessions import Done, rename_session
from inhouse.tui.screens.row_list import RowList
from inhouse.tui.screens.session_rows import arrange, draw, search
from inhouse.tui.screens.sessions import Rename, SessionChoice, SessionPicker
from inhouse_agent.journal import SessionProblem
from inhouse_agent.session import Session
from inhouse_agent.session_outline import Outline, read_outlines

Snapshot = Callable[[App[Any], str], None]


def on_picker(
    *acts: Open, current: str = "", root: Path = ROOT, rename: Rename = rename_session
) -> None:
    """The picker, opened anew for each of these."""

    def when_read(act: Open) -> Open:
        async def wait(opened: Opened) -> None:
            await opened.until(lambda: not picker(opened).reading)
            await opened.workers_end()
            await act(opened)

        return wait

    on_stage((lambda: SessionPicker(root, current, rename), when_read(act)) for act in acts)


def picker(opened: Opened) -> SessionPicker:
    assert isinstance(opened.app.screen, SessionPicker)
    return opened.app.screen


def text(opened: Opened, selector: str) -> str:
    return str(opened.app.screen.query_one(selector, Static).render())


def titles(opened: Opened) -> list[str]:
    rows = opened.app.screen.query_one(RowList)
    return [str(rows.draw(row, chosen=False)[0]).strip() for row in range(rows.count)]


async def write(opened: Opened, field: str, value: str) -> None:
    """Puts a text into a field at once, as if it was pasted."""
    opened.app.screen.query_one(field, Input).value = value
    await opened.pilot.pause()


ALL = [
    "Where are numbers parsed?",
    "├ Make it accept 1_000",
    "└ Now write tests",
    "Speed of the lexer",
    "Fix the off-by-one in slices",
    "Rewrite the whole expression parser as a Pratt parser, with precedence in one t…",
]


def test_sessions_stand_as_a_tree() -> None:
    write_samples()

    async def act(opened: Opened) -> None:
        assert titles(opened) == ALL
        assert "> Make it accept hexadecimal" in text(opened, "#preview")
        await opened.pilot.press("down")
        # What stands there before has the edit as well.
        await opened.until(
            lambda: (
                "hexadecimal" not in (shown := text(opened, "#preview"))
                and "● edit numbers.py" in shown
            )
        )

    on_picker(act)


def test_keys_choose() -> None:
    write_samples()
    cases: list[tuple[list[str], SessionChoice | None]] = [
        (["enter"], SessionChoice("resume", "aa01")),
        (["down", "enter"], SessionChoice("resume", "aa01", "0000000c")),
        (["j", "j", "f"], SessionChoice("fork", "aa02")),
        (["end", "up", "enter"], SessionChoice("resume", "aa04")),
        (["end", "home", "pagedown", "pageup", "enter"], SessionChoice("resume", "aa01")),
        (["escape"], None),
        (["slash", *"slic", "enter"], SessionChoice("resume", "aa04")),
        (["slash", *"numb", "down", "down", "enter"], SessionChoice("resume", "aa02")),
        (["slash", "~", "enter", "escape", "escape"], None),
    ]

    def act(keys: list[str], choice: SessionChoice | None) -> Open:
        async def press(opened: Opened) -> None:
            await opened.pilot.press(*keys)
            await opened.pilot.pause()
            assert opened.results == [choice], keys

        return press

    on_picker(*(act(*case) for case in cases))


def test_search_finds_by_title_and_prompts() -> None:
    write_samples()
    outlines = list(read_outlines(ROOT))

    def found(query: str) -> list[str]:
        return list(dict.fromkeys(row.outline.id for row in search(outlines, query)))

    assert found("lexer") == ["aa03"]
    assert found("slow twice") == []
    assert found("[bold] slow") == ["aa03"]
    assert found("tests") == ["aa02"]
    assert found("ofbone") == ["aa04"]
    assert found("pratt table") == ["aa05"]
    assert set(found("parse")) == {"aa01", "aa02", "aa05"}
    assert found("parser")[0] == "aa05"
    assert found("") == [outline.id for outline in outlines]


def test_search_is_left_step_by_step() -> None:
    write_samples()

    async def act(opened: Opened) -> None:
        await opened.pilot.press("slash")
        await write(opened, "#search", "nothing fits this")
        assert titles(opened) == []
        assert "No session has these words" in text(opened, "#preview")
        await opened.pilot.press("escape")
        assert titles(opened) == ALL
        assert opened.results == []

    on_picker(act)


def test_all_folders_and_back() -> None:
    write_samples()

    async def act(opened: Opened) -> None:
        await opened.pilot.press("a")
        await opened.until(lambda: len(titles(opened)) == 7)
        assert "Add a dark theme" in titles(opened)
        await opened.pilot.press("slash")
        await write(opened, "#search", "dark")
        await opened.pilot.press("enter")
        assert "inhouse -r bb01" in text(opened, "#said")
        assert opened.results == []
        await opened.pilot.press("escape", "a")
        await opened.until(lambda: titles(opened) == ALL)

    on_picker(act)


def test_renaming() -> None:
    write_samples()

    async def act(opened: Opened) -> None:
        await opened.pilot.press("end", "r")
        answer = opened.app.screen.query_one("#answer", Input)
        assert answer.value.startswith("Rewrite the whole")
        await opened.pilot.press("escape", "r")
        await write(opened, "#answer", "Pratt")
        await opened.pilot.press("enter")
        await opened.until(lambda: "It is called “Pratt” now." in text(opened, "#said"))
        assert "Pratt" in titles(opened)
        held = Session.open("aa05")
        await opened.pilot.press("r", "x", "enter")
        await opened.until(lambda: "✗" in text(opened, "#said"))
        assert isinstance(held, Session)
        held.close()
        assert opened.results == []

    on_picker(act)
    session = Session.open("aa05", reading=True)
    assert isinstance(session, Session)
    assert session.title == "Pratt"


def test_who_has_the_session_open_renames_it() -> None:
    write_samples()
    renamed: list[tuple[str, str]] = []

    async def rename(identifier: str, title: str) -> Done | SessionProblem:
        renamed.append((identifier, title))
        return Done("Yes.")

    async def act(opened: Opened) -> None:
        await opened.pilot.press("end", "r")
        await write(opened, "#answer", "New")
        await opened.pilot.press("enter")
        await opened.until(lambda: renamed == [("aa05", "New")])

    on_picker(act, current="aa05", rename=rename)


def test_deleting_asks_first() -> None:
    write_samples()

    async def act(opened: Opened) -> None:
        await opened.pilot.press("end", "d")
        assert "Delete “Rewrite the whole" in text(opened, "#said")
        await opened.pilot.press("n", "y", "d", "up", "y")
        assert len(titles(opened)) == 6
        await opened.pilot.press("d", "y")
        await opened.until(lambda: len(titles(opened)) == 5)
        assert "Deleted." in text(opened, "#said")
        await opened.pilot.press("home", "d", "y")
        assert "open here" in text(opened, "#said")
        assert titles(opened)[0] == "● Where are numbers parsed?"

    on_picker(act, current="aa01")
    assert [one.id for one in read_outlines(ROOT)] == ["aa01", "aa02", "aa03", "aa05"]


def test_exporting(tmp_path: Path) -> None:
    write_session("aa09", (0, turn("Say <hi>", "hi")), root=tmp_path)

    async def act(opened: Opened) -> None:
        await opened.pilot.press("x")
        answer = opened.app.screen.query_one("#answer", Input)
        assert answer.value == str(tmp_path / "say-hi-aa09.html")
        await opened.pilot.press("enter")
        await opened.until(lambda: "✓ Exported to" in text(opened, "#said"))
        await opened.pilot.press("x")
        assert answer.value.endswith("say-hi-aa09-2.html")
        await write(opened, "#answer", "say-hi-aa09.html")
        await opened.pilot.press("enter")
        await opened.until(lambda: "exists already" in text(opened, "#said"))
        await opened.pilot.press("x")
        await write(opened, "#answer", "a.md")
        await opened.pilot.press("enter")
        await opened.until(lambda: "a.md" in text(opened, "#said"))

    on_picker(act, root=tmp_path)
    assert "Say &lt;hi&gt;" in (tmp_path / "say-hi-aa09.html").read_text()
    assert (tmp_path / "a.md").read_text().startswith("# Say \\<hi\\>")


def test_without_any_session() -> None:
    async def act(opened: Opened) -> None:
        assert "no session in this folder" in text(opened, "#preview")
        await opened.pilot.press("enter", "f", "r", "x", "d", "y", "n", "down", "a")
        await opened.until(lambda: "There is no session yet." in text(opened, "#preview"))
        await opened.pilot.press("escape")
        assert opened.results == [None]

    on_picker(act)


def test_a_mouse_chooses_and_takes() -> None:
    write_samples()

    async def act(opened: Opened) -> None:
        await opened.pilot.click("#list", offset=(5, 6))
        assert opened.results == []
        await opened.pilot.click("#list", offset=(5, 7))
        await opened.pilot.pause()
        assert opened.results == [SessionChoice("resume", "aa03")]

    on_picker(act)


def test_forks_of_forks_and_circles_are_rows() -> None:
    write_session("01", (0, turn("a", "b")), forked_from="03")
    write_session("02", (0, turn("a", "b")), forked_from="01")
    write_session("03", (0, turn("a", "b")), forked_from="02")
    write_session("04", forked_from="05")
    outlines = list(read_outlines(ROOT))
    rows = arrange(outlines)
    assert sorted(row.outline.id for row in rows) == ["01", "02", "03", "04"]
    for row in rows:
        first, second = draw(row, time.time(), "", folder=True)
        assert "\n" not in first.plain + second.plain
        assert "/srv/parser · copy · just now · " in second.plain


def test_a_thousand_sessions_open_at_once() -> None:
    events = [event for number in range(10) for event in turn(f"Number {number}", "w " * 200)]
    path = write_session("aa00", (0, events))
    whole = path.read_bytes()
    for number in range(1000):
        name = f"{number:05x}"
        path.with_stem(name).write_bytes(whole.replace(b"aa00", name.encode(), 1))
        os.utime(path.with_stem(name), (1e9 + number, 1e9 + number))

    async def act(opened: Opened) -> None:
        # The screen that is open already has read what the next one reads.
        await opened.until(lambda: not picker(opened).reading)
        await opened.app.push_screen(SessionPicker(ROOT))
        await opened.until(lambda: bool(titles(opened)))
        await opened.until(lambda: len(titles(opened)) == 1001)
        await write(opened, "#search", "n7")
        await opened.until(lambda: len(titles(opened)) < 1001)

    on_stage([(lambda: SessionPicker(ROOT), act)])


PICTURES = [
    Picture("sessions/tree_100", (100, 30), ("down",)),
    Picture("sessions/light_100", (100, 30), (), "paper"),
    Picture("sessions/wide_160", (160, 40), ("down", "down")),
    Picture("sessions/narrow_60", (60, 30)),
    Picture("sessions/tiny_40", (40, 12), ("down",)),
    Picture("sessions/search_100", (100, 30), ("slash", *"pars")),
    Picture("sessions/delete_100", (100, 24), ("end", "d")),
    Picture("sessions/rename_100", (100, 24), ("end", "up", "r")),
]


def test_pictures(snapshot: Snapshot) -> None:
    write_samples()

    def act(picture: Picture) -> Open:
        async def show(opened: Opened) -> None:
            await look(opened, picture)
            snapshot(opened.app, picture.name)

        return show

    on_picker(*(act(picture) for picture in PICTURES), current="aa03")


def test_a_picture_without_sessions(snapshot: Snapshot) -> None:
    async def act(opened: Opened) -> None:
        await look(opened, Picture("sessions/empty_60", (60, 20)))
        snapshot(opened.app, "sessions/empty_60")

    on_picker(act)


def test_texts_cannot_hide_in_the_list() -> None:
    write_samples()
    (outline,) = [one for one in read_outlines(ROOT) if one.id == "aa03"]
    evil = Outline(
        outline.path,
        outline.header,
        0,
        0,
        "[@click=quit]x[/] \x1b]52;c;x\x07",
        outline.prompts,
        outline.branches,
    )
    first, _ = draw(arrange([evil])[0], time.time(), "", folder=False)
    assert first.plain.strip() == "[@click=quit]x[/] \\x1b]52;c;x\\x07"
    assert not [span for span in first.spans if "click" in str(span.style)]
