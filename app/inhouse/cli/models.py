"""`inhouse models`: what answers, and how it gets here."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from inhouse.cli import fit
from inhouse.cli.fail import fail
from inhouse.cli.pulling import JsonMeter, pull_here
from inhouse.cli.say import say
from inhouse.cli.table import print_table
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

group = typer.Typer(help="List, pull, add and remove models.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name, alias or path of a model.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    fit.register(group)
    app.add_typer(group, name="models")


@group.command("list")
def list_models() -> None:
    """Models on this machine, and those that can be pulled."""
    from inhouse_models.catalogue import load_catalogue
    from inhouse_models.store import Store
    from inhouse_models.transfer import describe_size

    here = Store().list()
    rows = [["NAME", "SIZE", "HERE", "WHAT"]]
    for model in here:
        what = model.entry.title if model.entry else str(model.path)
        rows.append([model.name, describe_size(model.size), "yes", what])
    present = {model.entry.name for model in here if model.entry}
    for entry in load_catalogue():
        if entry.name not in present:
            size = describe_size(entry.size) if entry.size else "?"
            also = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
            rows.append([entry.name, size, "no", entry.title + also])
    print_table(rows)


@group.command("info")
def show_model(name: Name) -> None:
    """Everything known of one model."""
    from inhouse_models.catalogue import find_entry
    from inhouse_models.store import Store, StoreFault
    from inhouse_models.transfer import describe_size

    found = Store().find(name)
    entry = find_entry(name) if isinstance(found, StoreFault) else found.entry
    if isinstance(found, StoreFault) and entry is None:
        fail(found.text, ExitCode.ENGINE)
    rows: list[list[str]] = []
    if entry:
        rows += [
            ["name", entry.name],
            ["title", entry.title],
            ["aliases", ", ".join(entry.aliases)],
            ["from", f"{entry.remote.repository}/{entry.remote.file}"],
            ["licence", entry.licence],
            ["family", entry.family],
            ["profile", entry.profile],
            ["context", f"{entry.context:,} tokens"],
            ["needs", f"{entry.needs_gib:g} GiB of memory"],
            ["note", entry.note],
        ]
    if isinstance(found, StoreFault):
        rows.append(["here", f"no; get it with: inhouse models pull {name}"])
    else:
        rows += [["file", str(found.path)], ["size", describe_size(found.size)]]
        if found.record:
            rows += [["sha256", found.record.sha256], ["source", found.record.source]]
    print_table([row for row in rows if row[1]])


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
    pulled = pull_here(name, told.show if told else meter.show, projector=projector)
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
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A GGUF file on this machine.")],
) -> None:
    """Make a GGUF file known by its name; it stays where it is."""
    from inhouse_models.store import Store, StoreFault

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
                say(f"{step} ({describe_size(total)})", err=True)
        if not self._live:
            return
        seconds, moved = now - self._started, done - self._first
        left = f", {seconds * (total - done) / moved:.0f} s left" if moved > 0 < seconds else ""
        share = f"{100 * done // total} %" if total else ""
        size = f"{describe_size(done)} of {describe_size(total)}"
        said = sanitise_line(f"{step}: {share} {size}{left}")
        typer.echo(f"\r\x1b[K{said}", nl=False, err=True)

    def end(self) -> None:
        """Leave the last line standing."""
        if self._live and self._step:
            typer.echo("", err=True)
        self._step = ""
