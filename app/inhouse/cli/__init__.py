"""The command line: what is typed, turned into one call of the code that does it."""

import sys
from pathlib import Path
from typing import cast

import typer

from inhouse.cli import (
    acp,
    ask,
    checks,
    commit,
    complete,
    completion,
    config,
    doctor,
    edit,
    engine,
    evaluate,
    instructions,
    models,
    permission,
    plan,
    prompt,
    review,
    serve,
    sessions,
    setup,
    trust,
    undo,
    uninstall,
    watch,
    worktrees,
)
from inhouse.cli import map as map_command
from inhouse.cli.root import PROMPT_COMMAND, Root
from inhouse.cli.say import say
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

# typer shows only some of its exceptions; this one is the base of all that concern usage.
USAGE_ERROR = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

app = typer.Typer(
    name="inhouse",
    cls=Root,
    help="A coding agent that runs entirely on your own machine.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 blocked by a denied call, 4 limit reached, "
    "5 no model or engine error, 130 interrupted. Shell completion: inhouse completion --help.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
PARTS = (
    prompt,
    plan,
    setup,
    models,
    engine,
    sessions,
    undo,
    commit,
    worktrees,
    checks,
    config,
    trust,
    permission,
    doctor,
    instructions,
    map_command,
    acp,
    edit,
    complete,
    ask,
    review,
    serve,
    evaluate,
    watch,
    completion,
    uninstall,
)
for part in PARTS:
    part.register(app)


def run() -> None:
    """Run what stands on the command line; ends with SystemExit."""
    guard_here()
    try:
        code = app(prog_name="inhouse", standalone_mode=False)
    except USAGE_ERROR as problem:
        explain(problem)
        code = ExitCode.USAGE
    sys.exit(code or ExitCode.DONE)


def guard_here() -> None:
    """Nothing that is started from here on is found in a folder that is not trusted."""
    from inhouse.trust.guard import guard

    try:
        guard(Path.cwd())
    except OSError:
        # Who stands in a folder that was deleted is told so by what they asked for.
        return


def explain(problem: typer.BadParameter) -> None:
    """Say in one line what is wrong; a group without a command says what there is instead."""
    message = problem.format_message()
    if "\n" in message:
        say(message, err=True)
        return
    path = problem.ctx.command_path if problem.ctx else "inhouse"
    complain(f"{message.rstrip('.')}. See: {path.removesuffix(f' {PROMPT_COMMAND}')} --help")
