"""`inhouse review`: problems of a change, one a line, as compilers write them."""

import asyncio
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import WorkOptions, settings_for
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from inhouse_agent.reviewing import Finding
    from inhouse_tools.json_value import JsonValue

LEFT_OUT = "{} is too long to be read whole: what was left out was not reviewed."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("review")(takes(ReviewOptions, review))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOptions(WorkOptions):
    """What stood on the command line."""

    range: Annotated[
        str, typer.Argument(metavar="[RANGE]", help="Commits as git names them: main..HEAD, HEAD~3")
    ] = ""
    staged: Annotated[bool, typer.Option("--staged", help="Only what is staged.")] = False
    about: Annotated[
        str, typer.Option("--about", metavar="TEXT", help="What to look at above all.")
    ] = ""
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a finding, then a result.")
    ] = False
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when something was found.")
    ] = False


def review(options: ReviewOptions) -> None:
    """Find problems in what differs from the last commit, or in RANGE.

    Each is a line FILE:LINE: SEVERITY: TEXT, which editors read as errors.
    """
    from inhouse.filtering.edit import Telling
    from inhouse.filtering.review import NoReview, ReviewWish
    from inhouse.filtering.review import review as read_change
    from inhouse.output.progress import progress_on

    if options.range and options.staged:
        fail("Give a range or --staged, not both.")
    root = options.root
    settings = settings_for(root, options)
    progress = progress_on(sys.stderr)
    found: list[Finding] = []

    def tell(finding: "Finding") -> None:
        progress.end()
        found.append(finding)
        _print(finding, as_json=options.as_json)

    wish = ReviewWish(root, options.range, options.staged, options.about)
    telling = Telling(progress.show, progress.step)
    try:
        done = asyncio.run(read_change(wish, settings, telling, tell))
    except KeyboardInterrupt:
        fail("Interrupted.", ExitCode.INTERRUPTED)
    finally:
        progress.end()
    if isinstance(done, NoReview):
        fail(done.text, done.code)
    for path in done.left_out:
        complain(LEFT_OUT.format(path))
    if options.as_json:
        _write_line({"type": "result", "findings": len(found), "files": done.files,
                     "left_out": list(done.left_out)})  # fmt: skip
    elif not found:
        complain("Nothing differs." if not done.files and not done.left_out else "Nothing found.")
    if found and options.exit_code:
        raise typer.Exit(ExitCode.FAILED)


def _print(finding: "Finding", *, as_json: bool) -> None:
    if as_json:
        _write_line({"type": "finding", **asdict(finding)})
        return
    text = f"{finding.path}:{finding.line}: {finding.severity}: {finding.text}"
    typer.echo(sanitise_line(text))


def _write_line(data: "JsonValue") -> None:
    from inhouse.output.result import encode_line

    sys.stdout.write(encode_line(data))
    sys.stdout.flush()
