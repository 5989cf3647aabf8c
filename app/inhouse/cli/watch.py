"""`inhouse watch`: comments that end in AI! or AI? in saved files start a turn."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli.choosing import Endpoint, ModelName, Quiet, Trust, TrustOnce, Verbose, Verify
from inhouse.cli.fail import fail
from inhouse.cli.flags import Flags, Mode, OutputFormat
from inhouse.cli.job import output_of, prepare, progress_of
from inhouse.cli.options import takes

NOT_TRUSTED = (
    "{} is not trusted: what stands in its files would start turns here. If they are yours: "
    "inhouse watch --trust, or --trust-once for this time."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(takes(WatchOptions, watch))


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What stood on the command line."""

    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Else the current one.")
    ] = None
    once: Annotated[
        bool, typer.Option("--once", help="Do what stands there uncommitted, then end.")
    ] = False
    new: Annotated[
        bool, typer.Option("--new", help="A new session for each turn, instead of one for all.")
    ] = False
    continued: Annotated[
        bool, typer.Option("-c", "--continue", help="Go on with the last session of this folder.")
    ] = False
    mode: Annotated[
        Mode | None,
        typer.Option("--mode", help="What goes ahead unasked for AI! (auto-edit); AI? only reads."),
    ] = None
    model: ModelName = None
    endpoint: Endpoint = None
    verify: Verify = None
    poll: Annotated[
        bool, typer.Option("--poll", help="Look twice a second, as on network file systems.")
    ] = False
    trust: Trust = False
    trust_once: TrustOnce = False
    as_json: Annotated[
        bool, typer.Option("--json", help="One event a line; each turn ends with its result.")
    ] = False
    quiet: Quiet = False
    verbose: Verbose = False

    def flags(self) -> Flags:
        """The same as flags of a prompt."""
        return Flags(
            continued=self.continued,
            model=self.model,
            endpoint=self.endpoint,
            mode=self.mode,
            output_format=OutputFormat.STREAM_JSON if self.as_json else OutputFormat.TEXT,
            verify=self.verify,
            folder=self.folder,
            trust=self.trust,
            trust_once=self.trust_once,
            quiet=self.quiet,
            verbose=self.verbose,
        )


def watch(options: WatchOptions) -> None:
    """Watch a folder: a comment that ends in AI! is carried out when its file is saved.

    One that ends in AI? is answered here, and changes nothing. Comments with AI alone are gathered
    until one with a mark is saved. `inhouse undo` takes each turn back; Ctrl+C ends.
    """
    flags = options.flags()
    job = prepare(flags)
    root = job.wish.root
    from inhouse.trust import is_trusted

    if not is_trusted(root):
        fail(NOT_TRUSTED.format(root))
    from inhouse.connect import connect
    from inhouse.watching.serving import Way
    from inhouse.watching.serving import watch as watch_folder
    from inhouse_agent.events import Noticed

    progress = progress_of(flags)
    output = output_of(flags, progress)
    for notice in job.wish.notices:
        output.show(Noticed(notice))
    way = Way(options.once, options.new, options.poll)
    raise typer.Exit(asyncio.run(watch_folder(job.wish, way, output, progress.step, connect)))
