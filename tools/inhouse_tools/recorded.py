"""Marks the steps that may change files, so that whoever records them can look before and after."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from pathlib import Path

from inhouse_tools.tool import Workspace
from inhouse_tools.writing.staging import Write


def recorded_turn(workspace: Workspace, prompt: str) -> AbstractAsyncContextManager[None]:
    """A turn, which is what a person takes back; one inside of another belongs to that."""
    return workspace.undo.turn(prompt) if workspace.undo else nullcontext()


def recorded_command(workspace: Workspace) -> AbstractAsyncContextManager[None]:
    """A step that may change any file of the workspace."""
    return workspace.undo.command() if workspace.undo else nullcontext()


def recorded_writes(workspace: Workspace, writes: Sequence[Write]) -> AbstractContextManager[None]:
    """A step that changes these files and no others."""
    return recorded_changes(workspace, [write.path for write in writes])


def recorded_changes(workspace: Workspace, paths: Sequence[Path]) -> AbstractContextManager[None]:
    """A step that changes what stands at these absolute paths, and nothing else."""
    return workspace.undo.writing(paths) if workspace.undo else nullcontext()
