"""All slash commands, found by their names."""

from collections.abc import Sequence
from difflib import get_close_matches

from inhouse.tui.commands import (
    diff,
    information,
    models,
    permissions,
    sessions,
    settings,
    trust,
    turns,
    undo,
)
from inhouse.tui.commands.command import SlashCommand

PARTS = (turns, sessions, undo, diff, models, settings, permissions, trust, information)


def all_commands() -> Sequence[SlashCommand]:
    """Every command, by name."""
    found = (command for part in PARTS for command in part.COMMANDS)
    return sorted(found, key=lambda command: command.name)


def command_named(name: str) -> SlashCommand | None:
    """The command of this name."""
    return next((command for command in all_commands() if command.name == name), None)


def near_command(name: str) -> str:
    """The name that was perhaps meant; empty when none is near."""
    names = [command.name for command in all_commands()]
    return next(iter(get_close_matches(name, names, n=1)), "")
