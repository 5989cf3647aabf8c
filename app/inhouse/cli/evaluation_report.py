"""Shows what runs of `inhouse eval` came to, and compares them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from inhouse.cli.fail import fail
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse.evaluating.attempt import Attempt
    from inhouse.evaluating.run_folder import RunFolder

NOT_MET = "Solved: {} of {}; {} were required."


class ReportOptions(Protocol):
    """How a report is wanted."""

    @property
    def as_json(self) -> bool: ...
    @property
    def svg(self) -> Path | None: ...
    @property
    def require(self) -> int | None: ...


def show_comparisons(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of runs.")],
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw the report as a chart.")
    ] = None,
) -> None:
    """What runs came to; several runs or models are compared with the first."""
    named: list[tuple[str, Sequence[Attempt]]] = []
    runs = [_open(folder) for folder in folders]
    for run, _about in runs:
        named += _sets_of(run, run.path.name if len(runs) > 1 else "")
    _show(named, [about for _run, about in runs], as_json=as_json, svg=svg)


def finish(folder: "RunFolder", options: ReportOptions, predictions: Path | None) -> None:
    """Show the report of one run, and exit with 1 when fewer were solved than required."""
    named = _sets_of(folder, "")
    _run, about = _open(folder.path)
    _show(named, [about], as_json=options.as_json, svg=options.svg)
    if predictions is not None:
        _write_predictions(named, predictions)
    attempts = [one for _name, each in named for one in each]
    solved = sum(one.solved for one in attempts)
    if options.require is not None and solved < options.require:
        complain(NOT_MET.format(solved, len(attempts), options.require))
        raise typer.Exit(ExitCode.FAILED)


def _open(path: Path) -> "tuple[RunFolder, dict[str, str]]":
    """A run, and where and when it ran."""
    from inhouse.evaluating.run_folder import RunFolder, RunProblem

    folder = RunFolder(path.absolute())
    header = folder.read_header()
    if isinstance(header, RunProblem):
        fail(header.text)
    about = {"folder": str(folder.path), "machine": header.machine, "started": header.started}
    return folder, about


def _sets_of(folder: "RunFolder", label: str) -> "list[tuple[str, Sequence[Attempt]]]":
    """The attempts of each model, under a name for people."""
    from inhouse.evaluating.summary import by_model

    try:
        attempts = folder.read_attempts()
    except OSError as problem:
        fail(f"{folder.path} cannot be read: {problem.strerror}.")
    named: list[tuple[str, Sequence[Attempt]]] = []
    for model, each in by_model(attempts).items():
        answered = next((one.answered_by for one in each if one.answered_by), "")
        name = model or answered or "default model"
        named.append((f"{label}: {name}" if label else name, each))
    return named


def _show(
    named: "Sequence[tuple[str, Sequence[Attempt]]]",
    runs: "Sequence[dict[str, str]]",
    *,
    as_json: bool,
    svg: Path | None,
) -> None:
    from inhouse.evaluating.comparison import compare
    from inhouse.evaluating.report import comparison_lines, encode_report, lines_of, rows_of
    from inhouse.evaluating.summary import summarise

    summaries = [summarise(name, each) for name, each in named]
    comparisons = [compare(named[0], other) for other in named[1:]]
    if svg is not None:
        _draw(svg, named)
    if as_json:
        attempts = [one for _name, each in named for one in each]
        say_json(encode_report(summaries, attempts, comparisons, runs))
        return
    for about in runs:
        say(f"{about['folder']}, {about['started']}, on {about['machine']}")
    for (name, each), summary in zip(named, summaries, strict=True):
        say(name)
        print_table(rows_of(each))
        for line in lines_of(summary):
            say(line)
        say("")
    for comparison in comparisons:
        for line in comparison_lines(comparison):
            say(line)
    sys.stdout.flush()


def _draw(file: Path, named: "Sequence[tuple[str, Sequence[Attempt]]]") -> None:
    from inhouse.evaluating.chart import draw

    _write(file, draw(named))


def _write_predictions(named: "Sequence[tuple[str, Sequence[Attempt]]]", file: Path) -> None:
    from inhouse.evaluating.swebench import predictions_of

    _write(file, "".join(line for name, each in named for line in predictions_of(name, each)))


def _write(file: Path, text: str) -> None:
    from inhouse_tools.writing.small_file import replace_text

    try:
        replace_text(file.absolute(), text)
    except OSError as problem:
        fail(f"{file} cannot be written: {problem.strerror}.", ExitCode.FAILED)
