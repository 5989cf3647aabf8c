"""`inhouse models`: what answers, and how it gets here."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli import discovering, fit, importing, listing, tuning
from inhouse.cli.fail import fail
from inhouse.cli.pulling import JsonMeter, pull_here
from inhouse.cli.say import say
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

STOPPED = "Stopped. What is there is kept: the same command goes on with it."
group = typer.Typer(help="List, pull, add and remove models.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name, alias or path of a model.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    listing.register(group)
    fit.register(group)
    discovering.register(group)
    importing.register(group)
    tuning.register(group)
    app.add_typer(group, name="models")


@group.command("pull")
def pull_model(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Catalogue name, OWNER/REPO/FILE.gguf, OWNER/REPO:Q4."),
    ],
    projector: Annotated[
        bool, typer.Option("--projector", help="Also the file that lets the model see images.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="How far it is, one JSON object a line.")
    ] = False,
) -> None:
    """Download a model; goes on where it was interrupted."""
    from inhouse_models.download import PullFault

    told = JsonMeter() if as_json else None
    meter = Meter()
    try:
        pulled = pull_here(name, told.show if told else meter.show, projector=projector)
    except KeyboardInterrupt:
        meter.end()
        fail(STOPPED, ExitCode.INTERRUPTED)
    meter.end()
    if told:
        told.finish(pulled)
    if isinstance(pulled, PullFault):
        if told:
            raise typer.Exit(ExitCode.ENGINE)
        fail(str(pulled), ExitCode.ENGINE)
    if not told:
        say(f"{pulled.name} is ready: {pulled.path}")


@group.command("rm")
def remove_model(name: Name) -> None:
    """Delete a pulled model, or forget an added one."""
    from inhouse_models.store import Store, StoreFault
    from inhouse_models.transfer import describe_size

    removed = Store().remove(name)
    if isinstance(removed, StoreFault):
        fail(removed.text, ExitCode.ENGINE)
    if removed.reference:
        say(f"{removed.name} is forgotten; its file stays: {removed.path}")
    else:
        say(f"{removed.name} is deleted: {describe_size(removed.size)} freed.")


@group.command("add")
def add_model(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A GGUF file, or a name of `models find`.")
    ],
) -> None:
    """Make a GGUF file known by its name; it stays where it is."""
    from inhouse_models.importing.walking import size_of
    from inhouse_models.store import Store, StoreFault

    if path.suffix.lower() != ".gguf" and size_of(path.expanduser()) is None:
        importing.import_named(str(path))
        return
    meter = Meter()
    added = asyncio.run(Store().add(path, meter.show))
    meter.end()
    if isinstance(added, StoreFault):
        fail(added.text, ExitCode.ENGINE)
    say(f"{added.name} is ready: {added.path}")


@group.command("trust")
def trust_model(name: Name) -> None:
    """Accept the weights that a file has now, when you have changed it yourself."""
    from inhouse_models.store import Store, StoreFault

    meter = Meter()
    trusted = asyncio.run(Store().trust(name, meter.show))
    meter.end()
    if isinstance(trusted, StoreFault):
        fail(trusted.text, ExitCode.ENGINE)
    digest = trusted.record.sha256 if trusted.record else ""
    say(f"{trusted.name} is accepted as it is: sha256 {digest}")


class Meter:
    """How far a long transfer is, on standard error: a line that moves, or one line a step."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._step = ""
        self._started = 0.0
        self._first = 0

    def show(self, done: int, total: int, step: str) -> None:
        """Bytes done, bytes in all, and what is being done."""
        from inhouse_models.transfer import describe_size

        now = time.monotonic()
        if step != self._step:
            self.end()
            self._step, self._started, self._first = step, now, done
            if not self._live:
                say(f"{step} ({describe_size(total)})" if total else step, err=True)
        if not self._live:
            return
        seconds, moved = now - self._started, done - self._first
        left = f", {seconds * (total - done) / moved:.0f} s left" if moved > 0 < seconds else ""
        size = f"{describe_size(done)} of {describe_size(total)}"
        far = f": {100 * done // total} % {size}{left}" if total else ""
        said = sanitise_line(f"{step}{far}")
        typer.echo(f"\r\x1b[K{said}", nl=False, err=True)

    def end(self) -> None:
        """Leave the last line standing."""
        if self._live and self._step:
            typer.echo("", err=True)
        self._step = ""
