"""`inhouse sessions export --format sft`: accepted turns as data to train a model with."""

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inhouse.cli.fail import fail
from inhouse.cli.say import say, say_json
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_for

if TYPE_CHECKING:
    from inhouse.export.training.collecting import Collected, Wanted

NOTHING = (
    "There is nothing to learn from: no accepted turn in these sessions. "
    "--all looks at every folder, --json says what was left out and why."
)
SMALL = (
    "Small models led {} of these conversations: inhouse holds their calls to its own fenced form. "
    "To train such a model, add --calls fenced."
)


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What stood on the command line; None and () mean: not given."""

    everywhere: Annotated[
        bool,
        typer.Option("-a", "--all", help="sft: of every folder, not only of this one."),
    ] = False
    projects: Annotated[
        list[Path] | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="sft: sessions of this folder; may be repeated.",
        ),
    ] = None
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DATE|Nd",
            help="sft: sessions used since a date (2026-01-31), or in the last N days.",
        ),
    ] = None
    min_turns: Annotated[
        int | None,
        typer.Option(
            "--min-turns",
            metavar="N",
            min=1,
            help="sft: sessions with at least N accepted turns.",
            show_default=False,
        ),
    ] = None
    unaccepted: Annotated[
        bool,
        typer.Option(
            "--unaccepted",
            help="sft: also turns that were not accepted, marked not to be learned.",
        ),
    ] = False
    thinking: Annotated[
        Literal["keep", "drop"] | None,
        typer.Option("--thinking", help="sft: keep is the default."),
    ] = None
    calls: Annotated[
        Literal["openai", "fenced"] | None,
        typer.Option(
            "--calls",
            help="sft: openai is the default; fenced is text, for small models.",
        ),
    ] = None
    arguments: Annotated[
        Literal["text", "object"] | None,
        typer.Option(
            "--arguments",
            help="sft: arguments of calls: text as OpenAI has it (default), or a JSON object.",
        ),
    ] = None
    validation: Annotated[
        float | None,
        typer.Option(
            "--validation",
            metavar="SHARE",
            min=0,
            max=0.9,
            help="sft: this share of the sessions goes into valid.jsonl.",
            show_default=False,
        ),
    ] = None
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="sft: figures for programs; without -o, they take the place of the data.",
        ),
    ] = False

    def given(self) -> str:
        """One of these options that was given, "" when none was."""
        flags = {"everywhere": "--all", "projects": "--project", "as_json": "--json"}
        named = (field.name for field in fields(TrainingOptions) if getattr(self, field.name))
        return next((flags.get(name, f"--{name.replace('_', '-')}") for name in named), "")


def export_training_data(options: TrainingOptions, session: str, folder: Path | None) -> None:
    """Write the lines to a folder or to the output, and say what was found and masked."""
    collected = _collected(options, session, folder)
    for problem in collected.problems:
        complain(problem)
    empty = not collected.figures.conversations
    if folder is not None and not empty:
        _write(collected, folder)
    _say_figures(options, collected)
    if empty:
        fail(NOTHING, ExitCode.FAILED)
    _advise(options, collected)
    if folder is not None:
        say(f"written to {folder}: read NOTICE.md there before you pass it on", err=True)
    elif not options.as_json:
        _print(collected)


def _collected(options: TrainingOptions, session: str, folder: Path | None) -> "Collected":
    from inhouse.export.training.collecting import collect
    from inhouse_agent.session import SessionProblem

    if options.validation and folder is None and not options.as_json:
        fail("--validation writes two files: name a folder for them with -o.")
    if session and (options.everywhere or options.projects):
        fail("An ID names one session: leave out --all and --project.")
    try:
        collected = collect(_wanted(options, session))
    except OSError as error:
        fail(f"The folder of the sessions, {error.filename}, cannot be read: {error.strerror}.")
    if isinstance(collected, SessionProblem):
        fail(collected.text)
    return collected


def _write(collected: "Collected", folder: Path) -> None:
    from inhouse.export.training.writing import write_folder

    problem = write_folder(collected, folder)
    if problem is not None:
        fail(problem.text, ExitCode.FAILED)


def _print(collected: "Collected") -> None:
    """The data alone goes to the output; whose it is is said beside it."""
    from inhouse.export.training.writing import encode_example, notice

    say(notice(), err=True)
    for line in collected.train:
        sys.stdout.write(sanitise_for(sys.stdout, encode_example(line)))


def _say_figures(options: TrainingOptions, collected: "Collected") -> None:
    from inhouse.export.training.figures import figures_of, say_figures

    if options.as_json:
        say_json(figures_of(collected))
        return
    for line in say_figures(collected):
        say(line, err=True)


def _advise(options: TrainingOptions, collected: "Collected") -> None:
    small = collected.figures.small
    if small and options.calls is None:
        complain(SMALL.format(small))
    if options.validation and not collected.validation:
        complain("One session cannot be divided: there is no valid.jsonl.")


def _wanted(options: TrainingOptions, session: str) -> "Wanted":
    from inhouse.export.training.collecting import Wanted
    from inhouse.export.training.shape import Shape

    projects = tuple(options.projects or ())
    if not projects and not options.everywhere:
        projects = (Path.cwd(),)
    return Wanted(
        projects=() if options.everywhere else projects,
        session=session,
        since=_since(options.since or ""),
        min_turns=options.min_turns or 1,
        unaccepted=options.unaccepted,
        validation=options.validation or 0.0,
        shape=Shape(
            thinking=options.thinking != "drop",
            calls=options.calls or "openai",
            arguments=options.arguments or "text",
        ),
    )


def _since(text: str) -> str:
    """The time as the journal writes times, so that the two compare as texts."""
    from datetime import UTC, datetime, timedelta

    if not text:
        return ""
    try:
        if text.endswith("d"):
            moment = datetime.now(UTC) - timedelta(days=float(text[:-1]))
        else:
            moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        fail(f"--since {text}: give a date such as 2026-01-31, or days such as 30d.")
    return moment.isoformat(timespec="milliseconds")
