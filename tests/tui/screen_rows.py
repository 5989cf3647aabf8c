"""The characters that an app shows, row by row."""

from typing import Any

from textual.app import App


def screen_rows(app: App[Any]) -> list[str]:
    """Every row of the screen, without spaces at its end."""
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] - the only way to the characters
    return [strip.text.rstrip() for strip in strips]


def rows_of(app: App[Any]) -> list[str]:
    """The rows that are not empty, without spaces around them and the bar of the focus."""
    return [text for row in screen_rows(app) if (text := row.strip("▌ "))]
