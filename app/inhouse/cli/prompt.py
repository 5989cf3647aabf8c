"""`inhouse -p TEXT` and `inhouse run TEXT`: one prompt, one answer."""

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from inhouse.cli.fail import fail
from inhouse.cli.flags import Flags, OutputFormat
from inhouse.cli.job import perform, prepare, wanted_by
from inhouse.cli.options import takes
from inhouse.cli.root import PROMPT_COMMAND, PromptCommand
from inhouse.complain import complain

if TYPE_CHECKING:
    from inhouse_agent.plan import Plan

COMMANDS = (
    "acp",
    "ask",
    "checks",
    "commit",
    "complete",
    "config",
    "doctor",
    "edit",
    "engine",
    "eval",
    "explain",
    "instructions",
    "map",
    "models",
    "plan",
    "review",
    "run",
    "serve",
    "sessions",
    "trust",
    "undo",
    "watch",
    "worktrees",
)
NO_TERMINAL = (
    'The UI needs a terminal. Without one, ask once with: inhouse -p "fix the failing test"'
)
ONLY_ONCE = "{} belongs to a prompt that is answered once: add -p TEXT, or use inhouse run."


def register(app: typer.Typer) -> None:
    """Add the hidden command behind `inhouse …` and the visible `inhouse run`."""
    app.command(PROMPT_COMMAND, cls=PromptCommand, hidden=True)(takes(Flags, open_or_print))
    app.command("run", cls=PromptCommand)(takes(Flags, run))


def open_or_print(flags: Flags) -> None:
    """Open the terminal UI, or answer the one prompt of -p."""
    words = flags.words or []
    if flags.version:
        from inhouse import __version__

        typer.echo(f"inhouse {__version__}")
        return
    if flags.prompt is not None:
        if words:
            fail(f"Unexpected {words[0]!r} next to -p: put the whole prompt in quotes.")
        print_answer(flags, flags.prompt)
    near = get_close_matches(words[0], COMMANDS, n=1) if words else []
    if near:
        fail(f"There is no command {words[0]!r}. Did you mean {near[0]}?")
    converse(flags, " ".join(words))


def converse(flags: Flags, prompt: str) -> NoReturn:
    """Open the UI, or the plain lines of --plain, until the person leaves."""
    once = {
        "--json-schema": flags.json_schema,
        "--plan": flags.plan,
        "--output-format": flags.output_format is not OutputFormat.TEXT,
        "--quiet": flags.quiet,
        "--verbose": flags.verbose,
    }
    wrong = next((name for name, given in once.items() if given), None)
    if wrong:
        fail(ONLY_ONCE.format(wrong))
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and not flags.plain:
        fail(NO_TERMINAL)
    wanted = wanted_by(flags, "ask")
    if flags.plain:
        from inhouse.plain.start import open_plain

        raise typer.Exit(open_plain(wanted, prompt))
    from inhouse.tui.start import open_screen

    raise typer.Exit(open_screen(wanted, prompt, picks=flags.resume == ""))


def run(flags: Flags) -> None:
    """Answer one prompt, then exit: the same as `inhouse -p`."""
    words = " ".join(flags.words or [])
    if flags.prompt is not None and words:
        fail("Give the prompt once: after run, or with -p.")
    print_answer(flags, flags.prompt or words)


def print_answer(flags: Flags, words: str) -> NoReturn:
    """Answer one prompt, or carry out one plan, and end with its exit code."""
    from inhouse.oneshot import answering, carrying_out

    job = prepare(flags)
    if flags.plan is None:
        raise typer.Exit(perform(job, answering(read_prompt(flags, words))))
    if words.strip():
        fail("Give a prompt or --plan, not both: what is to be done stands in the plan.")
    raise typer.Exit(perform(job, carrying_out(read_plan(flags.plan))))


def read_plan(source: str) -> "Plan":
    """The plan in a file, or on standard input when it is "-"."""
    from inhouse_agent.plan import PlanProblem
    from inhouse_agent.plan_text import parse_plan

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        fail(f"--plan: {source} cannot be read: {problem}")
    plan = parse_plan(text)
    if isinstance(plan, PlanProblem):
        fail(f"--plan: {plan.text}")
    return plan


def read_prompt(flags: Flags, words: str) -> str:
    """The words, with what was piped in."""
    from inhouse.prompts import PromptProblem, compose_prompt, read_piped

    piped = read_piped(sys.stdin, ignore if flags.quiet else complain)
    prompt = piped if isinstance(piped, PromptProblem) else compose_prompt(words, piped)
    if isinstance(prompt, PromptProblem):
        fail(prompt.text)
    return prompt


def ignore(text: str) -> None:
    """Say nothing."""
    del text
