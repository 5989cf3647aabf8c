"""Every theme can be read, and the terminal's own look is followed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.widgets import Static

from inhouse.tui.text import join, line
from inhouse.tui.themes import (
    AUTO,
    PALETTES,
    all_themes,
    choose_theme,
    describe_themes,
    follow_terminal,
    register_themes,
)

LEAST_CONTRAST = 4.5
WORDS = (
    "foreground",
    "text-muted",
    "text-disabled",
    "primary",
    "accent",
    "success",
    "warning",
    "error",
    "text-primary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
    "link-color",
    "footer-key-foreground",
    "footer-description-foreground",
    "markdown-h1-color",
    "markdown-h6-color",
)
GROUNDS = ("background", "surface", "panel")
PAIRS = (
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-selection-foreground", "input-selection-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("button-color-foreground", "primary"),
    ("button-color-foreground", "accent"),
    ("button-color-foreground", "error"),
    ("link-color-hover", "link-background-hover"),
)
OWN = [theme for theme in all_themes() if not theme.ansi]


def luminance(color: Color) -> float:
    """Relative luminance as WCAG defines it."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def variables_of(name: str) -> dict[str, str]:
    app: App[None] = App()
    register_themes(app)
    app.theme = name
    return app.get_css_variables()


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_every_word_can_be_read(theme: Any) -> None:
    colours = variables_of(theme.name)
    weak: list[str] = []
    pairs = [(word, ground) for word in WORDS for ground in GROUNDS] + [*PAIRS]
    for word, ground in pairs:
        below = Color.parse(colours[ground])
        ratio = contrast(below + Color.parse(colours[word]), below)
        if ratio < LEAST_CONTRAST:
            weak.append(f"{word} on {ground}: {ratio:.2f}")
    assert not weak


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_added_and_removed_lines_can_be_read(theme: Any) -> None:
    colours = variables_of(theme.name)
    text = Color.parse(colours["foreground"])
    for tint in ("success", "error"):
        below = Color.parse(colours["background"])
        below += Color.parse(colours[tint]).with_alpha(0.2)
        assert contrast(below + text, below) >= LEAST_CONTRAST


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_there_are_dark_and_light_themes() -> None:
    dark = [palette for palette in PALETTES if palette.dark]
    assert len(PALETTES) >= 6
    assert len(dark) >= 3
    assert len(PALETTES) - len(dark) >= 3
    for palette in PALETTES:
        assert (luminance(Color.parse(palette.background)) < 0.2) is palette.dark


def test_each_theme_is_described() -> None:
    assert [*describe_themes()] == [AUTO, *(theme.name for theme in all_themes())]


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"COLORTERM": "truecolor"}, "ink"),
        ({"TERM": "xterm-256color"}, "ink"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, "paper"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;default;15"}, "paper"),
        ({"TERM": "xterm-256color", "COLORFGBG": "15;0"}, "ink"),
        ({"TERM": "xterm-256color", "COLORFGBG": "nonsense"}, "ink"),
        ({"TERM": "xterm-kitty"}, "ink"),
        ({"TERM": "linux"}, "terminal-dark"),
        ({"TERM": "xterm", "COLORFGBG": "0;7"}, "terminal-light"),
        ({}, "terminal-dark"),
    ],
)
def test_auto_follows_the_terminal(environment: dict[str, str], theme: str) -> None:
    assert follow_terminal(environment) == theme
    assert choose_theme(AUTO, environment) == theme


def test_what_the_terminal_said_counts_more_than_its_variables() -> None:
    environment = {"TERM": "xterm-256color", "COLORFGBG": "0;15"}
    assert follow_terminal(environment, dark=True) == "ink"
    assert follow_terminal(environment, dark=False) == "paper"


def test_a_named_theme_holds_and_an_unknown_one_follows() -> None:
    assert choose_theme("dusk", {"TERM": "linux"}) == "dusk"
    assert choose_theme("no-such-theme", {"TERM": "linux"}) == "terminal-dark"


class Sample(App[None]):
    """A few lines in every role."""

    CSS = """
    Screen { padding: 1 2; }
    Vertical { height: auto; }
    .surface { background: $surface; border: round $primary; padding: 0 1; }
    .panel { background: $panel; }
    """

    def compose(self) -> ComposeResult:
        yield Static(line("> Rename the helper and fix its callers", "$primary"))
        yield Static(line("  I read three files first.", "$foreground"))
        yield Static(join(line("  ● ", "$accent"), line("edit app/names.py", "$foreground bold")))
        yield Static(line("  │ 12 lines changed", "$text-muted"))
        yield Static(
            join(
                line("  ✓ 31 passed  ", "$success"),
                line("◐ 1 slow  ", "$warning"),
                line("✗ 2 failed", "$error"),
            )
        )
        with Vertical(classes="surface"):
            yield Static(line("surface: composer and panels"))
            yield Static(line("the selected row", "bold"), classes="panel")


def test_a_sample_of_each_theme(snapshot: Callable[[App[Any], str], None]) -> None:
    async def show() -> None:
        app = Sample()
        register_themes(app)
        async with app.run_test(size=(60, 12)) as pilot:
            for theme in all_themes():
                app.theme = theme.name
                await pilot.pause()
                snapshot(pilot.app, f"themes/{theme.name}")

    asyncio.run(show())
