"""Opens the terminal UI in a folder, and gives the exit code it ends with."""

import os
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from textual.app import App

from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.live.folders import is_no_project, recent_folders
from inhouse.tui.app import InhouseApp
from inhouse.tui.opening import Opening
from inhouse.tui.themes import AUTO, choose_theme, register_themes
from inhouse.wishing import Wanted, make_wish
from inhouse_agent.folders import config_folder

# As in inhouse.settings, which takes long to load.
ENVIRONMENT_PREFIX: Final = "INHOUSE_"


def open_here() -> ExitCode:
    """The UI in the current folder, as `inhouse` alone opens it."""
    try:
        root = Path.cwd().resolve(strict=True)
    except OSError as problem:
        complain(f"The folder you are in is not there any more: {problem.strerror}.")
        return ExitCode.USAGE
    return open_screen(Wanted(root, "ask"))


def open_screen(wanted: Wanted, prompt: str = "", *, picks: bool = False) -> ExitCode:
    """Lets the person work until they leave; `picks`: they choose the session first."""
    if is_no_project(wanted.root) and not wanted.latest and not wanted.resume:
        root = FolderApp(wanted.root).run()
        if root is None:
            return ExitCode.DONE
        wanted = replace(wanted, root=root)
    opening = Opening(wanted.root, partial(make_wish, wanted), prompt, picks, _theme())
    app = InhouseApp(opening)
    app.run()
    return ExitCode(app.return_code or 0)


class FolderApp(App[Path]):
    """Asks for the folder to work in, where the program was started in one that is no project."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    def on_mount(self) -> None:
        """Ask at once."""
        register_themes(self)
        self.theme = choose_theme(_theme(), os.environ)
        from inhouse.tui.screens.folder import FolderScreen

        self.push_screen(FolderScreen(self._root, recent_folders()), self.exit)


def _theme() -> str:
    """The theme of the person's settings, without the time that it takes to load them all."""
    chosen = os.environ.get(f"{ENVIRONMENT_PREFIX}THEME")
    if chosen:
        return chosen
    try:
        with (config_folder() / "config.toml").open("rb") as file:
            return str(tomllib.load(file).get("theme", AUTO))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The session says what is wrong with the file.
        return AUTO
