"""`inhouse worktrees`: the folders that sessions with --worktree work in."""

from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.table import print_table
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

group = typer.Typer(help="List and delete the worktrees of sessions.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="worktrees")


@group.command("list")
def list_all() -> None:
    """Worktrees of this repository that `--worktree` has made."""
    import asyncio

    from inhouse.worktrees import list_worktrees
    from inhouse_tools.refusal import Refusal

    found = asyncio.run(list_worktrees(Path.cwd()))
    if isinstance(found, Refusal):
        fail(found.text, ExitCode.FAILED)
    if not found:
        typer.echo("There is none yet. Make one with: inhouse --worktree NAME -p TEXT")
        return
    rows = [["NAME", "BRANCH", "CHANGES", "FOLDER"]]
    for one in found:
        worktree = one.worktree
        changes = "?" if one.changes is None else str(one.changes or "none")
        state = "gone" if worktree.missing else changes
        rows.append([worktree.name, worktree.branch, state, str(worktree.path)])
    print_table(rows)


@group.command("rm")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    force: Annotated[
        bool, typer.Option("--force", help="Also when it holds what was not committed.")
    ] = False,
) -> None:
    """Delete a worktree; its branch stays when it holds commits that HEAD has not."""
    import asyncio

    from inhouse.worktrees import drop_worktree
    from inhouse_tools.refusal import Refusal

    done = asyncio.run(drop_worktree(Path.cwd(), name, force=force))
    if isinstance(done, Refusal):
        fail(done.text, ExitCode.FAILED)
    typer.echo(f"deleted {sanitise_line(done.name)}")
    if done.branch:
        branch = sanitise_line(done.branch)
        typer.echo(f"its commits stay on {branch}: git merge {branch}, or git branch -D {branch}")
