"""`inhouse eval`: how many tasks a model solves, and at what cost."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from inhouse.cli.evaluation_report import finish, show_comparisons
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.table import print_table
from inhouse.complain import complain

if TYPE_CHECKING:
    from inhouse.evaluating.evaluation import Material, Means
    from inhouse.evaluating.plan import Kind, Plan
    from inhouse.evaluating.progress import RunProgress
    from inhouse.evaluating.run_folder import RunFolder

RUN = "run"
HELP = frozenset({"-h", "--help"})
FIXED = "A run that goes on keeps its {}: leave out what belongs to the plan, or begin a new run."


class DefaultGroup(TyperGroup):
    """A group whose own arguments are those of its hidden command `run`.

    The contexts are of a class that typer keeps private, hence Any.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Choose between a subcommand and a folder by the first word."""
        named = bool(args) and args[0] in {*self.commands} - {RUN} | HELP
        if args and not named:
            helping = not HELP.isdisjoint(args) and not ctx.resilient_parsing
            args = ["--help"] if helping else [RUN, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The help lists the options of `run`."""
        self.commands[RUN].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What may follow the name."""
        del ctx
        return ["[OPTIONS]", "[FOLDER | COMMAND ...]"]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Subcommands, and the options of `run`."""
        options = self.commands[RUN].shell_complete(ctx, incomplete)
        return [*super().shell_complete(ctx, incomplete), *options]


group = typer.Typer(cls=DefaultGroup, no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What stood on the command line; None and () mean: not given."""

    source: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", show_default=False)] = None
    models: Annotated[
        list[str] | None,
        typer.Option("-m", "--model", metavar="NAME", help="Model to try; several are compared."),
    ] = None
    endpoints: Annotated[
        list[str] | None,
        typer.Option("--endpoint", metavar="URL", help="Server that answers; may be repeated."),
    ] = None
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="N", min=1, help="Attempts at a time, per endpoint.")
    ] = 1
    repeat: Annotated[
        int | None,
        typer.Option("--repeat", metavar="N", min=1, help="Attempts at each task.",
                     show_default=False),
    ] = None  # fmt: skip
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="PATTERN", help="Only names like this, with * and ?."),
    ] = None
    several: Annotated[
        bool, typer.Option("--several", help="Only tasks that need changes in several files.")
    ] = False
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=1, help="Instead of each task's limit."),
    ] = None
    max_turns: Annotated[
        int | None,
        typer.Option("--max-turns", metavar="N", min=1, help="Answers of the model per attempt."),
    ] = None
    call_form: Annotated[
        str | None,
        typer.Option("--call-form", metavar="FORM", help="How calls are written: native, fenced."),
    ] = None
    think: Annotated[
        bool | None,
        typer.Option("--think/--no-think", help="Let the model think first.", show_default=False),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="New folder for results and logs."),
    ] = None
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="DIR", help="Go on with the run in DIR.")
    ] = None
    listing: Annotated[bool, typer.Option("--list", help="Only show what would be tried.")] = False
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw the report as a chart.")
    ] = None
    require: Annotated[
        int | None,
        typer.Option("--require", metavar="N", min=0, help="Exit with 1 if fewer are solved."),
    ] = None


@dataclass(frozen=True, slots=True)
class SweBenchOptions(RunOptions):
    """The same for instances of SWE-bench."""

    source: Annotated[Path | None, typer.Argument(metavar="FILE", show_default=False)] = None
    repositories: Annotated[
        str | None,
        typer.Option(
            "--repositories", metavar="PLACE", help="Folder of clones, or https://github.com."
        ),
    ] = None
    predictions: Annotated[
        Path | None,
        typer.Option("--predictions", metavar="FILE", help="Where they go, as JSON lines."),
    ] = None


def register(app: typer.Typer) -> None:
    """Add the group."""
    group.command(RUN, hidden=True)(takes(RunOptions, run))
    group.command("report")(show_comparisons)
    group.command("swebench")(takes(SweBenchOptions, run_swebench))
    app.add_typer(group, name="eval", help=GROUP_HELP)


GROUP_HELP = """Let the agent solve a folder of tasks, and report how many it solved at what cost.

Each attempt works on its own copy of the task's repository; its check runs in the sandbox
afterwards. What is done is kept at once: Ctrl+C, then --resume DIR."""


def run(options: RunOptions) -> None:
    """Try a folder of tasks."""
    _run(options, "tasks", None)


def run_swebench(options: SweBenchOptions) -> None:
    """Write predictions for the instances of SWE-bench in a file (JSON or JSON lines)."""
    if options.predictions and len(options.models or ()) > 1:
        fail("Predictions are of one model: give one -m, or leave out --predictions.")
    _run(options, "swebench", options.predictions)


def _run(options: RunOptions, kind: "Kind", predictions: Path | None) -> None:
    from inhouse.evaluating.evaluation import EvaluationProblem, find_material
    from inhouse.evaluating.running import carry_out

    plan = _plan(options, kind)
    material = find_material(plan)
    if isinstance(material, EvaluationProblem):
        fail(material.text, material.code)
    if options.listing:
        _list(material)
        return
    for broken in material.broken:
        complain(broken.text)
    if not material.assignments:
        fail("There is nothing to try.")
    folder = _run_folder(options, plan)
    progress = _progress(plan, material, folder)
    result = carry_out(plan, material, _means(options), folder, progress)
    if result.problem is not None:
        complain(result.problem.text)
        raise typer.Exit(result.problem.code)
    finish(folder, options, predictions)


def _plan(options: RunOptions, kind: "Kind") -> "Plan":
    """The plan on the command line, or of the run that goes on."""
    from dataclasses import replace

    from inhouse.evaluating.plan import Limits, Plan
    from inhouse.evaluating.run_folder import RunFolder, RunProblem

    if options.resume is not None:
        if options.output or options.source or options.models or options.only or options.several:
            fail(FIXED.format("tasks and models"))
        if options.timeout or options.max_turns or options.call_form or options.think is not None:
            fail(FIXED.format("limits"))
        header = RunFolder(options.resume.absolute()).read_header()
        if isinstance(header, RunProblem):
            fail(header.text)
        if header.plan.kind != kind:
            fail(f"{options.resume} is a run of {header.plan.kind}.")
        return replace(header.plan, repeat=max(options.repeat or 1, header.plan.repeat))
    if options.source is None:
        fail("Which tasks? Give a folder of tasks, or --resume DIR.")
    if options.call_form not in (None, "native", "fenced"):
        fail("--call-form is native or fenced.")
    repositories = ""
    if isinstance(options, SweBenchOptions) and options.repositories:
        place = options.repositories
        repositories = place if "://" in place else str(Path(place).absolute())
    return Plan(
        kind,
        str(options.source.absolute()),
        repositories,
        tuple(dict.fromkeys(_whole(model) for model in options.models or ("",))),
        options.repeat or 1,
        tuple(options.only or ()),
        options.several,
        Limits(
            options.timeout or 0, options.max_turns or 0, options.call_form or "", options.think
        ),
    )


def _whole(model: str) -> str:
    """A model's name, or the whole path of its file: attempts are made in other folders."""
    return str(Path(model).absolute()) if model and Path(model).is_file() else model


def _means(options: RunOptions) -> "Means":
    from inhouse.evaluating.evaluation import Means

    return Means(tuple(dict.fromkeys(options.endpoints or ("",))), options.jobs)


def _list(material: "Material") -> None:
    rows = [["task", "limit", "languages", "needs", "shape"]]
    for one in material.assignments:
        languages = ", ".join(one.traits.languages)
        needs = ", ".join(one.programs)
        rows.append([one.name, f"{one.seconds:g} s", languages, needs, one.traits.shape])
    rows += [[broken.name, "", "", "", f"broken: {broken.text}"] for broken in material.broken]
    print_table(rows)


def _run_folder(options: RunOptions, plan: "Plan") -> "RunFolder":
    """The folder of a new run, or of the one that goes on."""
    from datetime import UTC, datetime

    from inhouse.evaluating.machine import describe_machine
    from inhouse.evaluating.run_folder import Header, RunFolder, RunProblem
    from inhouse_agent.folders import state_folder

    now = datetime.now(UTC)
    default = state_folder() / "evaluations" / now.strftime("%Y-%m-%dT%H-%M-%S")
    folder = RunFolder((options.resume or options.output or default).absolute())
    try:
        if options.resume is None:
            if not isinstance(folder.read_header(), RunProblem):
                fail(f"{folder.path} holds a run already; go on with it by --resume.")
            folder.write_header(Header(plan, describe_machine(), now.isoformat("T", "seconds")))
    except OSError as problem:
        fail(f"{folder.path} cannot be written: {problem.strerror}.")
    return folder


def _progress(plan: "Plan", material: "Material", folder: "RunFolder") -> "RunProgress":
    import os

    from inhouse.evaluating.evaluation import finished
    from inhouse.evaluating.progress import RunProgress

    planned = {t for model in plan.models for t in plan.trials(model, material.assignments)}
    kept = folder.read_attempts()
    before = finished(kept) & planned
    progress = RunProgress(
        sys.stderr,
        len(planned),
        len(before),
        live=sys.stderr.isatty() and os.environ.get("TERM") != "dumb",
        solved=sum(one.solved for one in kept if one.trial in before),
    )
    progress.note(f"{len(planned) - len(before)} attempts; results: {folder.path}")
    return progress
