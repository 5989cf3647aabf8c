"""The slash command that shows and changes settings."""

from dataclasses import replace
from typing import TYPE_CHECKING

from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.settings import SettingProblem
    from inhouse.sources import Resolved
    from inhouse.tui.app import InhouseApp


async def change_settings(app: "InhouseApp", name: str) -> None:
    """Shows all settings; what was changed holds for the open session as well."""
    from inhouse.live.person_settings import PersonSettings
    from inhouse.tui.screens.settings import SettingsScreen

    wish = app.live.wish
    book = PersonSettings(app.opening.root, lambda: read_settings(app), wish and wish.settings)
    changed = await app.push_screen_wait(SettingsScreen(book, name))
    if changed:
        await take_over(app, changed)


def read_settings(app: "InhouseApp") -> "Resolved | SettingProblem":
    """The settings of all sources but the flags, which hold in the open session already."""
    import os

    from inhouse.sources import resolve

    return resolve(app.opening.root, os.environ, {})


async def take_over(app: "InhouseApp", changed: frozenset[str]) -> None:
    """Lets the open session go on with these settings, with another engine where that is due."""

    from inhouse.live.person_settings import with_changes
    from inhouse.settings import SettingProblem

    resolved = read_settings(app)
    if isinstance(resolved, SettingProblem):
        app.presenter.put(NoticeBlock(resolved.text))
        return
    if "theme" in changed:
        app.theme = app.theme_of(resolved.settings.theme)
    if "mode" in changed and resolved.settings.mode:
        app.live.set_mode(resolved.settings.mode)
    wish = app.live.wish
    if wish is not None:
        settings = with_changes(wish.settings, resolved.settings, changed)
        app.live.wish = replace(wish, settings=settings)
    if changed - {"theme"}:
        await app.open_session(app.live.resume)


COMMANDS = (
    SlashCommand(
        "settings", "show and change settings", change_settings, "[KEY]", while_busy=False
    ),
    SlashCommand("config", "the same as /settings", change_settings, "[KEY]", while_busy=False),
)
