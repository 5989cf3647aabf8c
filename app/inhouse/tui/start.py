"""Opens the terminal UI in a folder, and gives the exit code it ends with."""

import gc
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.live.folders import is_no_project
from inhouse.tui.opening import Opening
from inhouse.tui.terminal.early import EarlyTerminal
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
    early = EarlyTerminal.open(os.environ, ask=theme == AUTO)
    try:
        return _open(wanted, prompt, picks, theme, early)
    finally:
        if early is not None:
            early.restore()


def _open(
    wanted: Wanted, prompt: str, picks: bool, theme: str, early: EarlyTerminal | None
) -> ExitCode:
    # Hardly anything of what is loaded now ever goes away; the app looks for garbage later.
    gc.disable()
    from inhouse.tui.app import InhouseApp
    from inhouse.tui.trusting import find_question

    gc.freeze()
    dark = early.background() if early else None
    if is_no_project(wanted.root) and not (wanted.latest or wanted.resume or picks):
        from inhouse.tui.folder_app import FolderApp

        gc.enable()
        root = FolderApp(wanted.root, theme, dark=dark).run()
        if root is None:
            return ExitCode.DONE
        wanted = replace(wanted, root=root)
    wish = partial(make_wish, wanted)
    question = partial(find_question, wanted.root)
    opening = Opening(wanted.root, wish, prompt, picks, theme, dark, early, find_question=question)
    app = InhouseApp(opening)
    app.run()
    return ExitCode(app.return_code or 0)


def _theme() -> str:
    """The theme of the person's settings, without the time that it takes to load them all."""
    chosen = os.environ.get(f"{ENVIRONMENT_PREFIX}THEME")
    if chosen:
        return chosen
    path = config_folder() / "config.toml"
    if not path.exists():
        return AUTO
    import tomllib

    try:
        with path.open("rb") as file:
            return str(tomllib.load(file).get("theme", AUTO))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The session says what is wrong with the file.
        return AUTO
