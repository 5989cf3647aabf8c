"""Opens the terminal UI in a folder, and gives the exit code it ends with."""

import os
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.live.folders import is_no_project
from inhouse.tui.opening import Opening
from inhouse.tui.terminal_background import Background, BackgroundQuestion
from inhouse.wishing import Wanted, make_wish
from inhouse_agent.folders import config_folder

# As in inhouse.settings and inhouse.tui.themes, which take long to load.
ENVIRONMENT_PREFIX: Final = "INHOUSE_"
AUTO: Final = "auto"


def open_here() -> ExitCode:
    """The UI in the current folder, as `inhouse` alone opens it."""
    try:
        root = Path.cwd().resolve(strict=True)
    except OSError as problem:
        complain(f"The folder you are in is not there any more: {problem.strerror}.")
        return ExitCode.USAGE
    return open_screen(Wanted(root, "ask"))


def open_screen(wanted: Wanted, prompt: str = "", *, picks: bool = False) -> ExitCode:
    """Lets the person work until they leave; `picks`: they choose the session first.

    The terminal is asked for its background first, and answers while the program is loaded.
    """
    theme = _theme()
    question = BackgroundQuestion.ask(os.environ) if theme == AUTO else None
    from inhouse.tui.app import InhouseApp

    background = question.answer() if question else Background()
    if is_no_project(wanted.root) and not (wanted.latest or wanted.resume or picks):
        from inhouse.tui.folder_app import FolderApp

        root = FolderApp(wanted.root, theme, dark=background.dark).run()
        if root is None:
            return ExitCode.DONE
        wanted = replace(wanted, root=root)
    wish = partial(make_wish, wanted)
    opening = Opening(wanted.root, wish, prompt, picks, theme, background.dark, background.typed)
    app = InhouseApp(opening)
    app.run()
    return ExitCode(app.return_code or 0)


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
