"""Our themes, and which of them follows the terminal: quiet, two accents, readable everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

AUTO: Final = "auto"
# COLORFGBG ends with the number of the background among the 16 colours; these are the light ones.
LIGHT_BACKGROUNDS: Final = frozenset({"7", "9", "10", "11", "12", "13", "14", "15"})
MANY_COLOURS: Final = frozenset({"256color", "kitty", "direct", "truecolor"})
TRUE_COLOUR: Final = frozenset({"truecolor", "24bit"})


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, each readable as a word on `background`, `surface` and `panel`.

    `primary` stands for the person and the focus, `accent` for the model and what it wants.
    """

    name: str
    about: str
    dark: bool
    background: str
    surface: str
    panel: str
    foreground: str
    muted: str
    primary: str
    accent: str
    success: str
    warning: str
    error: str

    def theme(self) -> Theme:
        """What Textual draws with."""
        return Theme(
            name=self.name,
            dark=self.dark,
            background=self.background,
            surface=self.surface,
            panel=self.panel,
            foreground=self.foreground,
            primary=self.primary,
            secondary=self.muted,
            accent=self.accent,
            success=self.success,
            warning=self.warning,
            error=self.error,
            variables=self._variables(),
        )

    def _variables(self) -> dict[str, str]:
        """What would otherwise be derived, and get loud or hard to read."""
        words = {
            "text-muted": self.muted,
            "text-disabled": self.muted,
            "text-primary": self.primary,
            "text-secondary": self.muted,
            "text-accent": self.accent,
            "text-success": self.success,
            "text-warning": self.warning,
            "text-error": self.error,
            "foreground-muted": self.muted,
            "link-color": self.primary,
            "link-color-hover": self.background,
        }
        selected = {
            "block-cursor-background": self.panel,
            "block-cursor-foreground": self.foreground,
            "block-cursor-blurred-background": self.panel,
            "block-cursor-blurred-foreground": self.foreground,
            "block-hover-background": self.panel,
            "input-selection-background": self.panel,
            "screen-selection-background": self.panel,
            "screen-selection-foreground": self.foreground,
        }
        edges = {
            "border": self.primary,
            "border-blurred": f"{self.muted} 50%",
            "scrollbar": self.panel,
            "scrollbar-hover": self.muted,
            "scrollbar-active": self.primary,
            "scrollbar-background": self.background,
            "scrollbar-background-hover": self.background,
            "scrollbar-background-active": self.background,
            "scrollbar-corner-color": self.background,
        }
        parts = {
            "footer-background": self.background,
            "footer-foreground": self.muted,
            "footer-key-foreground": self.primary,
            "footer-description-foreground": self.muted,
            "button-color-foreground": self.background,
            "markdown-h1-color": self.foreground,
            "markdown-h2-color": self.foreground,
            "markdown-h2-text-style": "bold",
            "markdown-h3-color": self.foreground,
            "markdown-h4-text-style": "bold",
            "markdown-h6-color": self.muted,
        }
        return words | selected | edges | parts


PALETTES: Final = (
    Palette(
        "ink", "dark, blue and violet", True,
        "#14161b", "#1b1e25", "#282c36", "#d8dce4", "#9ba2b0",
        "#7eabec", "#c3a3ee", "#8cc78f", "#dcb56a", "#f08a8a",
    ),
    Palette(
        "moss", "dark, green and sand", True,
        "#141916", "#1b211d", "#29322c", "#d9e0d9", "#9ba89e",
        "#84c9b4", "#dcb98a", "#97cb83", "#e0cd6c", "#f0908a",
    ),
    Palette(
        "dusk", "dark, lilac and rose", True,
        "#191623", "#211d2d", "#302a40", "#e0dcea", "#a9a1bc",
        "#b8a2f2", "#f0a5c2", "#8ecf9e", "#e5c27e", "#f78f86",
    ),
    Palette(
        "ember", "dark, warm, orange and teal", True,
        "#1a1613", "#231e1a", "#342c26", "#e8dfd6", "#b3a697",
        "#e9a873", "#8dc5ba", "#a3c77c", "#e8cb6a", "#f58d80",
    ),
    Palette(
        "paper", "light, blue and violet", False,
        "#fbfaf7", "#f3f1ec", "#e6e3da", "#24272e", "#575d69",
        "#1b59a8", "#7438a3", "#23672a", "#765000", "#ae2828",
    ),
    Palette(
        "linen", "light, warm, brown and teal", False,
        "#f8f2e6", "#f0e8d8", "#e4d9c4", "#33291e", "#61533f",
        "#834512", "#17605a", "#38611b", "#735100", "#a62b23",
    ),
    Palette(
        "mist", "light, cool, petrol and plum", False,
        "#f0f4f7", "#e6ecf1", "#d7e0e8", "#1d2733", "#495768",
        "#0a587a", "#862d5f", "#1c6136", "#6c4d00", "#a52631",
    ),
    Palette(
        "coal", "dark, high contrast", True,
        "#000000", "#0a0a0a", "#262626", "#ffffff", "#c8c8c8",
        "#8ec5ff", "#dcb8ff", "#8ae68f", "#ffd75e", "#ffa3a0",
    ),
    Palette(
        "chalk", "light, high contrast", False,
        "#ffffff", "#f7f7f7", "#e2e2e2", "#000000", "#383838",
        "#003f8f", "#5a0c8c", "#004d12", "#573a00", "#8c0010",
    ),
)  # fmt: skip
DARK, LIGHT = "ink", "paper"
TERMINAL_DARK, TERMINAL_LIGHT = "terminal-dark", "terminal-light"


def terminal_theme(name: str, *, dark: bool) -> Theme:
    """The 16 colours that the person gave the terminal, on its own background."""
    given = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"]
    cursor = {
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "input-cursor-text-style": "reverse",
    }
    return replace(
        given,
        name=name,
        primary="ansi_cyan" if dark else "ansi_blue",
        accent="ansi_magenta",
        warning="ansi_yellow" if dark else "ansi_magenta",
        variables={**given.variables, **cursor},
    )


def all_themes() -> tuple[Theme, ...]:
    """Ours in the order in which they are offered."""
    terminal = (
        terminal_theme(TERMINAL_DARK, dark=True),
        terminal_theme(TERMINAL_LIGHT, dark=False),
    )
    return (*(palette.theme() for palette in PALETTES), *terminal)


def describe_themes() -> dict[str, str]:
    """What each choice looks like, in a few words, by name; "auto" first."""
    described = {AUTO: "dark or light as the terminal is"}
    described |= {palette.name: palette.about for palette in PALETTES}
    described[TERMINAL_DARK] = "the terminal's 16 colours, dark"
    described[TERMINAL_LIGHT] = "the terminal's 16 colours, light"
    return described


def register_themes(app: App[Any]) -> None:
    """Lets the app use our themes."""
    for theme in all_themes():
        app.register_theme(theme)


def choose_theme(setting: str, environment: Mapping[str, str], *, dark: bool | None = None) -> str:
    """The theme that the setting means; "auto" and what is no theme of ours follow the terminal.

    `dark` is what the terminal said of its background, None when it said nothing.
    """
    named = setting != AUTO and setting in describe_themes()
    return setting if named else follow_terminal(environment, dark=dark)


def follow_terminal(environment: Mapping[str, str], *, dark: bool | None = None) -> str:
    """The theme for this terminal; without a sign of its background, a dark one."""
    if dark is None:
        dark = environment.get("COLORFGBG", "").split(";")[-1] not in LIGHT_BACKGROUNDS
    if has_many_colours(environment):
        return DARK if dark else LIGHT
    return TERMINAL_DARK if dark else TERMINAL_LIGHT


def has_many_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that it can show more than 16 colours."""
    if environment.get("COLORTERM", "").strip().lower() in TRUE_COLOUR:
        return True
    return environment.get("TERM", "").lower().rpartition("-")[2] in MANY_COLOURS
