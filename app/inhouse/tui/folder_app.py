"""Asks for the folder to work in, where the program was started in one that is no project."""

import os
from pathlib import Path

from inhouse.live.folders import recent_folders
from inhouse.tui.crash import GuardedApp
from inhouse.tui.screens.folder import FolderScreen
from inhouse.tui.themes import choose_theme, register_themes


class FolderApp(GuardedApp[Path]):
    """Gives the folder; None when the person left."""

    def __init__(self, root: Path, theme: str, *, dark: bool | None) -> None:
        super().__init__()
        self._root = root
        self._wanted_theme = choose_theme(theme, os.environ, dark=dark)

    def on_mount(self) -> None:
        """Ask at once."""
        register_themes(self)
        self.theme = self._wanted_theme
        self.push_screen(FolderScreen(self._root, recent_folders()), self.exit)
