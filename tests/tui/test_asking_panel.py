"""The panel that asks: every key and answer, what it shows, and how it looks."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from inhouse.live.session_rules import rule_for
from inhouse.tui.asking.choice import Choice
from inhouse.tui.asking.entry import LineInput
from inhouse.tui.asking.panel import QuestionPanel
from inhouse.tui.asking.preview import Preview
from inhouse.tui.themes import register_themes
from inhouse_agent.kit import Question
from inhouse_tools.sandbox.network import Network
from inhouse_tools.tool import Access

Snapshot = Callable[[App[Any], str], None]
EDIT = """--- a/src/shop/prices.py
+++ b/src/shop/prices.py
@@ -10,7 +10,9 @@ def total(items):
 def total(items: list[Item]) -> Decimal:
     \"\"\"What all items cost together.\"\"\"
-    result = 0
+    result = Decimal(0)
     for item in items:
-        result = result + item.price
+        if item.amount < 0:
+            raise ValueError(item.name)
+        result += item.price * item.amount
     return result
"""
ASKS = "mode ask asks before each command"


def command(text: str, reason: str = ASKS) -> Question:
    return Question("1", "bash", reason, (Access("run", text, preview=text),))


def edit(path: str = "src/shop/prices.py", diff: str = EDIT, **more: Any) -> Question:
    reason = f"{path} is protected" if more else "mode ask asks before each write"
    return Question("1", "edit", reason, (Access("write", path, preview=diff, **more),))


class Desk(App[None]):
    """A conversation, and the panel where the composer would be."""

    CSS = "#past { height: 1fr; padding: 1 2; color: $text-muted; }"

    def __init__(self, question: Question, **more: Any) -> None:
        super().__init__()
        more.setdefault("rule", rule_for(question))
        self.panel = QuestionPanel(question, **more)
        self.decided: list[QuestionPanel.Decided] = []
        self.given_back = ""

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "ink"

    def compose(self) -> ComposeResult:
        yield Static("Earlier words of the conversation.", id="past", markup=False)
        yield self.panel

    async def ask(self, question: Question) -> None:
        """The next question, as if nothing had been answered yet."""
        await self.panel.remove()
        self.decided.clear()
        self.panel = QuestionPanel(question, rule_for(question))
        await self.mount(self.panel)

    def on_question_panel_decided(self, event: QuestionPanel.Decided) -> None:
        self.decided.append(event)

    def on_question_panel_overtyped(self, event: QuestionPanel.Overtyped) -> None:
        self.given_back += event.text


Scene = Callable[[Desk, Pilot[None]], Awaitable[None]]


def play(question: Question, scene: Scene, size: tuple[int, int] = (100, 30), **more: Any) -> Desk:
    async def run() -> Desk:
        desk = Desk(question, **more)
        async with desk.run_test(size=size) as pilot:
            await pilot.pause()
            await scene(desk, pilot)
        return desk

    return asyncio.run(run())


def answer(question: Question, *keys: str, **more: Any) -> Desk:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.pause()

    return play(question, scene, **more)


def outcome(desk: Desk) -> list[tuple[bool, str, str, str]]:
    return [
        (one.allowed, one.scope, one.comment, str(one.rule) if one.rule else "")
        for one in desk.decided
    ]


STATUS = command("git status --short")


ANSWERS = [
    ("1", (True, "once", "", "")),
    ("y", (True, "once", "", "")),
    ("2", (True, "session", "", "bash(git status*)")),
    ("s", (True, "session", "", "bash(git status*)")),
    ("4", (False, "once", "", "")),
    ("n", (False, "once", "", "")),
    ("escape", (False, "once", "", "")),
    ("enter", (True, "once", "", "")),
    ("down enter", (True, "session", "", "bash(git status*)")),
    ("up down down down down enter", (False, "once", "", "")),
    ("3 enter", (True, "always", "", "bash(git status*)")),
    ("a enter", (True, "always", "", "bash(git status*)")),
    ("tab f enter y", (True, "once", "f", "")),
    ("c n space 1 tab n", (False, "once", "n 1", "")),
    ("c n escape y", (True, "once", "", "")),
    ("c k enter 3 enter", (True, "always", "k", "bash(git status*)")),
    ("c k enter c ! enter 1", (True, "once", "k!", "")),
    ("3 escape 4", (False, "once", "", "")),
    ("1 1 4", (True, "once", "", "")),
]


def test_every_key_gives_its_answer() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        for keys, decided in ANSWERS:
            await desk.ask(STATUS)
            await pilot.press(*keys.split())
            await pilot.pause()
            assert outcome(desk) == [decided], keys

    play(STATUS, scene)


def test_the_rule_is_edited_before_it_is_kept() -> None:
    narrower = answer(STATUS, "3", "backspace", "backspace", *" -s*)", "enter")
    assert outcome(narrower) == []

    wider = answer(STATUS, "3", *["backspace"] * len("status*)"), "asterisk", ")", "enter")
    assert outcome(wider) == [(True, "always", "", "bash(git *)")]


def test_a_rule_says_what_is_wrong_with_it() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press("3")
        note = desk.query_one("#rule .note", Static)
        for written, said in [
            ("bash(ls)", "would not allow the call itself"),
            ("", "not of the form"),
            ("bash(*)", "allows every call"),
        ]:
            await pilot.press("ctrl+u", *written)
            await pilot.pause()
            assert said in str(note.content)

    play(STATUS, scene)


def test_without_a_rule_only_this_call_can_be_answered() -> None:
    desk = answer(edit(".git/config", protected=True), "2", "3", "up", "enter")

    assert outcome(desk) == [(True, "once", "", "")]


def test_a_dangerous_call_is_not_answered_yes_by_enter() -> None:
    assert outcome(answer(command("rm -rf build"), "enter")) == [(False, "once", "", "")]


def test_a_click_answers() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.click("#choice-session")
        await pilot.pause()

    assert outcome(play(STATUS, scene)) == [(True, "session", "", "bash(git status*)")]


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_sentence_that_is_being_typed_answers_nothing() -> None:
    clock = Clock()

    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        for key in ["y", "e", "s", "space", "n", "enter", "escape", "1"]:
            clock.now += 0.2
            await pilot.press(key)
        await pilot.pause()
        assert outcome(desk) == []
        assert desk.given_back == "yes n1"
        clock.now += 0.31
        await pilot.press("y")
        await pilot.pause()

    desk = play(STATUS, scene, typing=True, clock=clock)
    assert outcome(desk) == [(True, "once", "", "")]


def test_who_was_not_typing_answers_at_once() -> None:
    clock = Clock()
    assert outcome(answer(STATUS, "y", clock=clock)) == [(True, "once", "", "")]


def test_a_long_preview_scrolls_and_leaves_a_third_of_the_screen() -> None:
    long = "\n".join(f"echo line {number}" for number in range(200))

    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        for size in [(100, 30), (60, 24), (40, 12), (100, 40)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            assert desk.panel.outer_size.height <= size[1] * 2 // 3
            assert all(choice.region.bottom <= size[1] for choice in desk.query(Choice))
        preview = desk.query_one(Preview)
        await pilot.press("pagedown", "pagedown", "shift+down")
        await pilot.pause()
        assert preview.scroll_y == 3 * (preview.size.height - 1)
        await pilot.press("pageup", "shift+up")
        await pilot.pause()
        assert preview.scroll_y == preview.size.height - 1

    play(command(long), scene)


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200b", "\u00ad", "\u2066", "\x1b", "\x07", "\u00a0", "\u3164"]
)
def test_every_hidden_character_is_shown_as_its_code_point(hidden: str) -> None:
    async def scene(desk: Desk, _pilot: Pilot[None]) -> None:
        shown = str(desk.query_one("Preview > .command", Static).content)
        assert hidden not in shown
        assert f"{ord(hidden):02x}" in shown
        assert "ls a" in shown
        assert "rm -rf" in shown

    play(command(f"ls a{hidden}; rm -rf b"), scene)


def test_nothing_hides_in_a_command() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        shown = str(desk.query_one("Preview > .command", Static).content)
        assert shown == "ls \\u202e\\x1b[2J [bold]x[/] [/nope] ↵\nrm -rf ~"
        assert "rm -rf" in str(desk.query_one("#dangers", Static).content)

    play(command("ls \u202e\x1b[2J [bold]x[/] [/nope]\nrm -rf ~"), scene)


INSTALL = replace(command("pip install x"), network=Network.hosts(("pypi.org",)))


@pytest.mark.parametrize(
    ("keys", "network"),
    [("y", None), ("w y", "hosts"), ("w w y", None), ("w 2", "hosts"), ("w n", None),
     ("c w enter y", None), ("w c x enter y", "hosts")],
)  # fmt: skip
def test_the_network_is_granted_to_one_call_by_a_key(keys: str, network: str | None) -> None:
    (decided,) = answer(INSTALL, *keys.split()).decided
    assert (decided.network.reach if decided.network else None) == network


def test_without_an_offer_the_key_does_nothing() -> None:
    (decided,) = answer(STATUS, "w", "y").decided
    assert decided.network is None


def test_it_says_what_the_network_would_be() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        shown = desk.query_one("#network", Static)
        assert shown.display
        assert "Runs without network" in str(shown.content)
        assert "network: pypi.org" in str(shown.content)
        await pilot.press("w")
        await pilot.pause()
        assert "Runs with network: pypi.org" in str(shown.content)
        for size in [(100, 30), (40, 12)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            assert all(choice.region.bottom <= size[1] for choice in desk.query(Choice))

    play(INSTALL, scene)


def test_how_many_wait_follows() -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        for behind, said in [(1, "1 more waits"), (2, "2 more wait"), (0, "command?")]:
            desk.panel.behind = behind
            await pilot.pause()
            assert Content.from_markup(desk.panel.border_title or "").plain.endswith(said)

    play(STATUS, scene)


LONG_COMMAND = (
    "cd build && cmake .. -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=../shop "
    "-DWITH_TESTS=ON && make -j4 && ctest --output-on-failure && "
    "curl -fsSL https://example.org/install.sh | sudo sh && rm -rf ../old-build"
)


async def nothing(_desk: Desk, _pilot: Pilot[None]) -> None:
    """The panel as it appears."""


def pressing(*keys: str) -> Scene:
    async def scene(_desk: Desk, pilot: Pilot[None]) -> None:
        await pilot.press(*keys)

    return scene


PICTURES: dict[str, tuple[Question, Scene, dict[str, Any]]] = {
    "command": (STATUS, nothing, {}),
    "edit": (edit(), nothing, {}),
    "protected": (
        edit(".git/config", EDIT.replace("src/shop/prices.py", ".git/config"), protected=True),
        nothing,
        {},
    ),
    "long-command": (command(LONG_COMMAND), nothing, {}),
    "two-waiting": (command("pytest tests/test_prices.py"), nothing, {"behind": 2}),
    "comment": (command("pytest tests"), pressing("c", *"no tests"), {}),
    "commented": (command("pytest tests"), pressing("c", *"quick", "enter", "down"), {}),
    "rule": (STATUS, pressing("3"), {}),
    "rule-wrong": (STATUS, pressing("3", "ctrl+u", *"bash(ls)"), {}),
}


SIZES = [(100, 30), (60, 24), (40, 12)]


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_designed(snapshot: Snapshot, name: str) -> None:
    question, prepare, more = PICTURES[name]

    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        await prepare(desk, pilot)
        for written in desk.query(LineInput):
            written.cursor_blink = False
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            await pilot.pause()
            snapshot(desk, f"asking/{name}-{width}")

    play(question, scene, SIZES[0], **more)


def test_it_looks_as_designed_in_the_light(snapshot: Snapshot) -> None:
    async def scene(desk: Desk, pilot: Pilot[None]) -> None:
        desk.theme = "paper"
        await pilot.pause()
        snapshot(desk, "asking/long-command-light")

    play(command(LONG_COMMAND), scene)
