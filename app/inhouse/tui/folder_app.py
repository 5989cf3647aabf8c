"""Asks for the folder to work in, where the program was started in one that is no project."""

from pathlib import Path

from inhouse.live.folders import recent_folders
from inhouse.tui.screens.folder import FolderScreen
from inhouse.tui.terminal.terminal_app import TerminalApp


class FolderApp(TerminalApp[Path]):
    """Gives the folder; None when the person left."""

    def __init__(self, root: Path, theme: str, *, dark: bool | None) -> None:
        super().__init__(theme, dark)
        self._root = root

    def on_mount(self) -> None:
        """Ask at once."""
        self.push_screen(FolderScreen(self._root, recent_folders()), self.exit)
        self.take_keys()
