"""The slash command that shows what has changed."""

from typing import TYPE_CHECKING

from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.live.worktree_changes import WorkTreeChanges
    from inhouse.tui.app import InhouseApp


async def show_diff(app: "InhouseApp", _arguments: str) -> None:
    """Opens the screen with everything that differs from the last commit."""
    from inhouse.live.worktree_changes import worktree_changes
    from inhouse.tui.screens.diff import DiffScreen

    async def look() -> "WorkTreeChanges":
        return await worktree_changes(app.opening.root)

    await app.push_screen(DiffScreen(look, app.presenter.diffs))


COMMANDS = (SlashCommand("diff", "show what differs from the last commit", show_diff),)
