"""The pages that only show something, each alone in a small app."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from tests.tui.model_fakes import until, workers_end
from tests.tui.screen_rows import screen_rows
from textual.app import App
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from inhouse.doctor import Check, Report
from inhouse.live.energy import Energy
from inhouse.live.figures import Figures
from inhouse.live.filling import Filling, Share
from inhouse.tui.commands.command import SlashCommand
from inhouse.tui.screens.charts import bars, columns
from inhouse.tui.screens.context import ContextScreen, describe_filling
from inhouse.tui.screens.doctor import DoctorScreen
from inhouse.tui.screens.facts import Fact, FactGroup, FactRow
from inhouse.tui.screens.help import HelpScreen, KeyGroup, key_facts, spell_key
from inhouse.tui.screens.stats import Statistics, StatsScreen
from inhouse.tui.screens.status import StatusScreen
from inhouse.tui.screens.themes import ThemePicker
from inhouse.tui.themes import choose_theme, describe_themes, register_themes
from inhouse_agent.events import (
    Answered,
    Asked,
    FileChanged,
    ToolEnded,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_models.chat import Timings, Usage

SIZES: Final = ((60, 24), (160, 40), (100, 32))
Snapshot = Callable[[App[Any], str], None]


class Shown(App[None]):
    """One screen over nothing."""

    def __init__(self, screen: Callable[[], Screen[Any]], theme: str = "ink") -> None:
        super().__init__()
        register_themes(self)
        self.theme = theme
        self.make = screen
        self.given: list[object] = []
        self.copied: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(self.make(), self.given.append)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


def see(
    screen: Callable[[], Screen[Any]],
    act: Callable[[Pilot[None], Shown], Awaitable[None]],
    size: tuple[int, int] = (100, 32),
    theme: str = "ink",
) -> Shown:
    async def run() -> Shown:
        app = Shown(screen, theme)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: len(app.screen_stack) > 1)
            await workers_end(pilot)
            await act(pilot, app)
        return app

    return asyncio.run(run())


async def look(_pilot: Pilot[None], _app: Shown) -> None:
    """Nothing is done."""


def text_of(app: App[Any]) -> str:
    """What stands on the screen, line by line."""
    return "\n".join(screen_rows(app))


FILLING: Final = Filling(
    (
        Share("system and tools", 1480),
        Share("instructions", 620),
        Share("files", 6240),
        Share("tool results", 3110),
        Share("conversation", 2950),
    ),
    14_400,
    32_768,
    23_756,
    exact=True,
)


async def measured() -> Filling:
    return FILLING


async def unmeasured() -> str:
    return "The engine does not answer."


def sample_figures() -> Figures:
    figures = Figures()
    for turn in range(14):
        at = turn * 100.0
        figures.note(TurnStarted("Do it", "ask", "scripted"), at)
        cached = 0 if turn == 0 else 2000 + 300 * turn
        tokens = Usage(2600 + 320 * turn, cached, 90 + 37 * ((turn * 5) % 9))
        figures.note(UsageReported(tokens, Timings(0.1, 2.4, 7.5)), at + 10)
        figures.note(Asked("1", "bash", "it runs", ("ls",)), at + 10)
        figures.note(Answered("1", allowed=True, by="person"), at + 14)
        figures.note(ToolEnded("1", "bash", "x", failed=turn % 5 == 0, seconds=1.5), at + 16)
        figures.note(ToolEnded("2", "edit", "x", seconds=0.1), at + 16)
        figures.note(FileChanged(f"app/part{turn % 4}.py", "a", "b"), at + 16)
        figures.note(TurnEnded("success", "Done.", 1, tokens, Timings(), 17.0), at + 17)
    return figures


def statistics(energy: Energy) -> StatsScreen:
    def read() -> Sequence[Figures]:
        return [sample_figures(), sample_figures()]

    async def watts() -> float:
        return 212.4

    return StatsScreen(Statistics(sample_figures(), read, energy, watts))


REPORT: Final = Report(
    (
        Check("python", "ok", "3.11.9 on Linux"),
        Check("git", "warning", "/home/me is not a git repository (works, too)"),
        Check("sandbox", "warning", "no sandbox: bubblewrap is not installed"),
        Check("model", "missing", "No model is on this machine yet: inhouse models pull starter"),
    ),
    {"small": 640, "large": 1402},
    (),
)


async def examined(_progress: Callable[[int, int, str], None]) -> Report:
    return REPORT


STATE: Final = [
    FactGroup(
        "Model",
        (
            Fact("model", "qwen2.5-coder-1.5b"),
            Fact("where", "here"),
            Fact("weights", "Q4_K_M, 1.1 GB"),
        ),
    ),
    FactGroup(
        "Safety",
        (
            Fact("mode", "ask"),
            Fact("commands", "bubblewrap: writes only in the folder, no network, secrets hidden"),
            Fact("rules", "bash([red]git status*) allow"),
        ),
    ),
]


async def gathered() -> Sequence[FactGroup]:
    return STATE


class Writing(Widget):
    """A widget with keys, as the composer has them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send"),
        Binding("shift+enter,ctrl+j", "new_line", "New line"),
        Binding("ctrl+r", "search", "Search the history"),
        Binding("1,y", "yes", "Yes"),
        ("f1", "help", "Help"),
    ]


async def nothing(_app: Any, _arguments: str) -> None:
    """Does nothing."""


COMMAND_LIST: Final = [
    SlashCommand("compact", "summarise the conversation to make room", nothing, "[ABOUT]"),
    SlashCommand("help", "every key and every command", nothing),
    SlashCommand("theme", "other colours", nothing, "[NAME]"),
]


def help_screen() -> HelpScreen:
    groups = [KeyGroup("Writing", (Writing,), (("@", "mention a file"),))]
    return HelpScreen(groups, COMMAND_LIST)


def theme_picker() -> ThemePicker:
    return ThemePicker(
        describe_themes(), "moss", lambda name: choose_theme(name, {"COLORTERM": "truecolor"})
    )


@pytest.fixture
def energy(tmp_path: Path) -> Energy:
    package = tmp_path / "intel-rapl:0"
    package.mkdir()
    (package / "energy_uj").write_text("1000000\n", "ascii")
    (package / "max_energy_range_uj").write_text("9000000000\n", "ascii")
    meter = Energy(tmp_path)
    (package / "energy_uj").write_text("3601000000\n", "ascii")
    return meter


def screens(energy: Energy) -> dict[str, Callable[[], Screen[Any]]]:
    return {
        "context": lambda: ContextScreen(measured),
        "stats": lambda: statistics(energy),
        "help": help_screen,
        "doctor": lambda: DoctorScreen(examined),
        "status": lambda: StatusScreen(gathered),
        "themes": theme_picker,
    }


@pytest.mark.parametrize("name", ["context", "stats", "help", "doctor", "status", "themes"])
def test_how_each_page_looks(name: str, energy: Energy, snapshot: Snapshot) -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            snapshot(app, f"screens/{name}-{size[0]}")
        app.theme = "paper"
        await pilot.pause()
        snapshot(app, f"screens/{name}-light")
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        shown = text_of(app)
        assert "esc" in shown
        assert shown.splitlines()[0].startswith("╭")
        assert shown.splitlines()[-1].startswith("╰")

    see(screens(energy)[name], act, SIZES[0])


def test_the_context_page_says_what_fills_it_and_when_it_is_summarised() -> None:
    words = describe_filling(FILLING, 64).plain
    assert "14,400 of 32,768 tokens" in words
    assert "files              6,240  19.0 %" in words
    assert "free              18,368  56.1 %" in words
    assert "Room for 9,356 tokens more: at 23,756" in words
    assert "Counted with the model's own tokens." in words
    drawn = words.splitlines()[2]
    assert len(drawn) == 64
    assert drawn.count("│") == 1


def test_estimates_and_a_full_context_are_said() -> None:
    about = Filling(FILLING.shares, 14_400, 32_768, 14_000, exact=False)
    words = describe_filling(about, 60).plain
    assert "≈ 14,400 of 32,768 tokens" in words
    assert "summarised before the next answer" in words
    never = describe_filling(Filling(FILLING.shares, 14_400, 32_768, 0, exact=True), 60).plain
    assert "never summarised by itself" in never


def test_why_nothing_could_be_counted_is_said() -> None:
    async def act(_pilot: Pilot[None], app: Shown) -> None:
        assert "The engine does not answer." in text_of(app)

    see(lambda: ContextScreen(unmeasured), act)


def test_copying_gives_the_whole_page_as_text(energy: Energy) -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        await pilot.press("c")
        (text,) = app.copied
        assert "missing model" in text
        assert "1,402 tokens of system prompt and tools for large" in text

    see(lambda: DoctorScreen(examined), act)


def test_statistics_add_up_session_and_folder(energy: Energy) -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        await pilot.press("c")
        (text,) = app.copied
        assert "All sessions of this folder (2)" in text
        assert "1.00 Wh by the processor" in text
        assert "draws 212 W now" in text
        assert "bash 14 (3 failed), edit 14" in text
        assert "bash 28 (6 failed), edit 28" in text
        assert "waiting for you" in text_of(app)

    see(lambda: statistics(energy), act, (100, 60))


def test_a_session_without_turns_says_so(tmp_path: Path) -> None:
    async def act(_pilot: Pilot[None], app: Shown) -> None:
        assert "Nothing was asked in this session yet." in text_of(app)

    def empty() -> StatsScreen:
        return StatsScreen(Statistics(Figures(), list, Energy(tmp_path)))

    see(empty, act)


def test_help_finds_keys_and_commands_by_typing() -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        await pilot.press(*"new li")
        await pilot.pause()
        shown = text_of(app)
        assert "Shift+Enter, Ctrl+J" in shown
        assert "/theme" not in shown
        app.screen.query_one(Input).value = "no such thing"
        await pilot.pause()
        assert "No key and no command is called so." in text_of(app)
        app.screen.query_one(Input).value = "commands"
        await pilot.pause()
        shown = text_of(app)
        assert "/compact" in shown
        assert "summarise the conversation to make room: /compact [ABOUT]" in shown
        assert "Ctrl+R" not in shown

    see(help_screen, act)


def test_help_can_be_scrolled_and_closed_while_searching() -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        await pilot.press("down", "down")
        await pilot.pause()
        assert app.screen.query_one("#body").scroll_y > 0
        await pilot.press("escape")
        assert app.given == [None]

    see(help_screen, act, (60, 12))


def test_keys_are_spelt_as_on_a_keyboard() -> None:
    spelt = [spell_key(key) for key in ("ctrl+r", "escape", "y", "f1", "shift+tab", "pageup")]
    assert spelt == ["Ctrl+R", "Esc", "y", "F1", "Shift+Tab", "Page up"]
    facts = key_facts(KeyGroup("Writing", (Writing,))).facts
    assert facts[1] == Fact("Shift+Enter, Ctrl+J", "New line")
    assert facts[3] == Fact("1, y", "Yes")


def test_foreign_text_is_only_text() -> None:
    async def act(_pilot: Pilot[None], app: Shown) -> None:
        assert "bash([red]git status*) allow" in text_of(app)
        assert len(app.screen.query(FactRow)) == 6

    see(lambda: StatusScreen(gathered), act)


def test_choosing_a_theme_shows_it_at_once_and_keeps_it() -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        assert app.theme == "moss"
        await pilot.press("down")
        await pilot.pause()
        assert app.theme == "dusk"
        await pilot.press("enter")
        await pilot.pause()
        assert app.given == ["dusk"]
        assert app.theme == "dusk"

    see(theme_picker, act)


def test_leaving_the_themes_brings_the_old_look_back() -> None:
    async def act(pilot: Pilot[None], app: Shown) -> None:
        await pilot.press("home")
        await pilot.pause()
        assert app.theme == "ink"
        await pilot.press("end", "escape")
        await pilot.pause()
        assert app.given == [None]
        assert app.theme == "linen"

    see(theme_picker, act, theme="linen")


def test_charts_are_as_high_and_as_long_as_their_values() -> None:
    assert columns([0, 1, 4, 8], 10).plain == "▁▁▄▇"
    assert columns([1, 2, 3, 4], 2).plain == "▅▇"
    assert columns([0.5], 4, top=1.0).plain == "▄"
    assert columns([], 4).plain == ""
    drawn = bars({"a": 2.0, "bb": 1.0}, {"a": "2 s", "bb": "1 s"}, 19).plain.splitlines()
    assert drawn == ["a   ━━━━━━━━━━  2 s", "bb  ━━━━━       1 s"]
