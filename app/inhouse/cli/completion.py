"""`inhouse completion`: lets a shell complete the commands of inhouse."""

from enum import StrEnum
from typing import Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.say import say
from inhouse.exit_codes import ExitCode


class Shell(StrEnum):
    """A shell that can be taught."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("completion")(complete_commands)


def complete_commands(
    shell: Annotated[Shell, typer.Argument(help="The shell to teach.")],
    *,
    install: Annotated[
        bool, typer.Option("--install", help="Write it where this shell looks for it.")
    ] = False,
) -> None:
    """Print or install what lets a shell complete commands, options, models and sessions."""
    from inhouse.shell_completion.installing import install as write
    from inhouse.shell_completion.scripts import SCRIPTS

    if not install:
        typer.echo(SCRIPTS[shell], nl=False)
        return
    try:
        path = write(shell)
    except OSError as problem:
        fail(f"{problem.filename} cannot be written: {problem.strerror}.", ExitCode.FAILED)
    say(f"Written: {path}")
    say(HINTS[shell].format(folder=path.parent, path=path), err=True)


HINTS = {
    Shell.BASH: "New shells complete inhouse, where the package bash-completion is installed; "
    "elsewhere add to ~/.bashrc: source '{path}'",
    Shell.ZSH: "New shells complete inhouse when ~/.zshrc says, before compinit: "
    "fpath=('{folder}' $fpath)",
    Shell.FISH: "New shells complete inhouse.",
}
