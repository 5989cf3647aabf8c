"""`inhouse plan TEXT`: a plan first, then, when the person says so, the change as a whole."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from inhouse.cli.fail import fail
from inhouse.cli.flags import Flags, Mode, OutputFormat
from inhouse.cli.job import Job, perform, prepare
from inhouse.cli.options import takes
from inhouse.cli.prompt import read_prompt
from inhouse.cli.root import PromptCommand
from inhouse.cli.say import say
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.output.result import Result
    from inhouse_agent.plan import Plan

QUESTION = "Carry it out as one change? [y]es, [e]dit it first, [n]o: "
LATER = "To carry it out later: save it as plan.md, then inhouse run --plan plan.md"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", cls=PromptCommand)(takes(Flags, plan))


def plan(flags: Flags) -> None:
    """Plan a change over several files; at a terminal, carry it out once you agree."""
    from inhouse.oneshot import answering, carrying_out

    words = " ".join(flags.words or [])
    if flags.plan is not None:
        fail("A plan that is there already is carried out with: inhouse run --plan FILE")
    if flags.prompt is not None and words:
        fail("Give the prompt once: after plan, or with -p.")
    mode = flags.mode
    flags = replace(flags, mode=Mode.PLAN, yolo=False)
    job = prepare(flags)
    results: list[Result] = []
    code = perform(job, answering(read_prompt(flags, flags.prompt or words)), results.append)
    if code != ExitCode.DONE or not _is_asked(flags) or not results:
        raise typer.Exit(code)
    agreed = _agree(results[0].text, job)
    if agreed is None:
        raise typer.Exit(code)
    raise typer.Exit(perform(_follow_up(job, mode, results[0].session), carrying_out(agreed)))


def _is_asked(flags: Flags) -> bool:
    return flags.output_format is OutputFormat.TEXT and sys.stdin.isatty() and sys.stderr.isatty()


def _agree(text: str, job: Job) -> "Plan | None":
    """The plan that the person agrees to, perhaps after editing it; None for no."""
    from inhouse.editing import edit_text
    from inhouse_agent.plan import PlanProblem
    from inhouse_agent.plan_text import parse_plan
    from inhouse_tools.refusal import Refusal

    if isinstance(parse_plan(text), PlanProblem):
        # A question was answered; there is nothing to carry out.
        return None
    while True:
        answer = typer.prompt(QUESTION, prompt_suffix="", default="n", show_default=False, err=True)
        match answer.strip().lower()[:1]:
            case "y":
                agreed = parse_plan(text)
                if not isinstance(agreed, PlanProblem):
                    return agreed
                complain(agreed.text)
            case "e":
                edited = edit_text(text, job.wish.root, "plan.md")
                if isinstance(edited, Refusal):
                    complain(edited.text)
                else:
                    text = edited
                    say(text)
            case _:
                complain(LATER)
                return None


def _follow_up(job: Job, mode: Mode | None, session: str) -> Job:
    """The same session goes on in the mode that was asked for, auto-edit by default."""
    from inhouse.build import Resume

    settings = job.wish.settings.model_copy(update={"mode": (mode or Mode.AUTO_EDIT).value})
    wish = replace(job.wish, settings=settings, resume=Resume(id=session))
    return Job(job.flags, wish)
