"""`inhouse models find` and `import`: models of other programs, used where they lie."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse_models.importing.finding import NamedModel
    from inhouse_models.importing.judging import Judgement
    from inhouse_models.store import ModelFile, StoreFault

    Judged = tuple[NamedModel, Judgement]

FITS = {"yes": "fits", "no": "too large", "unknown": "?"}
NOTHING = (
    "No model of another program was found: looked in the Hugging Face cache, and where Ollama, "
    "LM Studio and llama.cpp keep theirs."
)


def register(group: typer.Typer) -> None:
    """Add the commands to `inhouse models`."""
    group.command("find")(find_models)
    group.command("import")(takes(ImportOptions, import_models))


def find_models(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Models that Ollama, LM Studio, llama.cpp or the Hugging Face cache have here already."""
    from inhouse_models.importing.adding import already_here
    from inhouse_models.importing.finding import search
    from inhouse_models.store import Store

    found = search()
    here = Store().list()
    judged = [
        (one, already_here(one, here), judgement) for one, judgement in judge_all(found.models)
    ]
    if as_json:
        models = [describe(one, known, judgement) for one, known, judgement in judged]
        say_json({"models": models, "notes": list(found.notes)})
        return
    if judged:
        rows = [["NAME", "SIZE", "KIND", "FROM", "HERE"]]
        rows += [row_of(one, known, judgement) for one, known, judgement in judged]
        print_table(rows)
        if any(judgement.usable and not known for _one, known, judgement in judged):
            say("\nUse one where it lies: inhouse models import NAME (or --all)", err=True)
    else:
        say(NOTHING, err=True)
    for note in found.notes:
        complain(note)


def judge_all(models: "tuple[NamedModel, ...]") -> "list[Judged]":
    """Each model with what its header says; a header with a large vocabulary takes a moment."""
    from inhouse.output.progress import progress_on
    from inhouse_models.importing.judging import judge
    from inhouse_models.machine import look_at_machine

    machine = look_at_machine()
    progress = progress_on(sys.stderr)
    judged: list[Judged] = []
    for number, one in enumerate(models):
        progress.step(number, len(models), f"looking at {one.name}")
        judged.append((one, judge(one, machine)))
    progress.end()
    return judged


def row_of(one: "NamedModel", known: str, judgement: "Judgement") -> list[str]:
    """One line of the table."""
    from inhouse_models.transfer import describe_size

    kind = " ".join(part for part in (judgement.architecture, judgement.quantisation) if part)
    state = known and f"as {known}"
    if not state:
        state = FITS[judgement.fits] if judgement.usable else f"no: {judgement.problem}"
    origin = f"{one.model.program} {one.model.title}"
    return [one.name, describe_size(one.model.size), kind or "?", origin, state]


def describe(one: "NamedModel", known: str, judgement: "Judgement") -> dict[str, Any]:
    """One model for programs; sizes in bytes."""
    model = one.model
    return {
        "name": one.name,
        "program": model.program,
        "title": model.title,
        "path": str(model.path),
        "parts": model.parts,
        "size": model.size,
        "architecture": judgement.architecture,
        "quantisation": judgement.quantisation,
        "parameters": judgement.parameters,
        "catalogue": one.entry.name if one.entry else None,
        "usable": judgement.usable,
        "problem": judgement.problem,
        "fits": judgement.fits,
        "projector": str(model.projector) if model.projector else None,
        "added_as": known or None,
    }


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What stood on the command line."""

    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="A name that `inhouse models find` shows.")
    ] = ""
    everything: Annotated[
        bool, typer.Option("--all", help="Every model that can be used and fits.")
    ] = False


def import_models(options: ImportOptions) -> None:
    """Make models of other programs known by name; nothing is copied, their hash is kept."""
    from inhouse_models.importing.adding import already_here
    from inhouse_models.importing.finding import search
    from inhouse_models.store import Store

    if bool(options.name) == options.everything:
        fail("Name one model that `inhouse models find` shows, or give --all.")
    if options.name:
        import_named(options.name)
        return
    found = search()
    here = Store().list()
    fresh = tuple(one for one in found.models if not already_here(one, here))
    wanted = [(one, judged) for one, judged in judge_all(fresh) if judged.usable]
    wanted = [(one, judged) for one, judged in wanted if judged.fits != "no"]
    if not wanted:
        say("There is nothing to import: inhouse models find shows why.", err=True)
    failed = [one for one, judged in wanted if not finish(one, judged)]
    if failed:
        raise typer.Exit(ExitCode.ENGINE)


def import_named(name: str) -> None:
    """Import the one model that a name means; ends when it means none, or several."""
    from inhouse_models.importing.finding import search

    found = search().find(name)
    if not found:
        fail(f"No program here has a model {name}: inhouse models find", ExitCode.ENGINE)
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        fail(f"{name} can mean {names}: give more of the name", ExitCode.ENGINE)
    [(one, judgement)] = judge_all(found)
    if not finish(one, judgement):
        raise typer.Exit(ExitCode.ENGINE)


def finish(one: "NamedModel", judgement: "Judgement") -> bool:
    """Add a found model and say how that went; whether it is there now."""
    from inhouse_models.store import StoreFault

    added = add(one, judgement)
    if isinstance(added, StoreFault):
        complain(added.text)
        return False
    say(f"{added.name} is ready: {added.path}")
    if one.model.projector and added.projector is None:
        say(f"It can see images with: inhouse config set projector {one.model.projector}", err=True)
    return True


def add(one: "NamedModel", judgement: "Judgement") -> "ModelFile | StoreFault":
    """Add a found model, with progress on standard error."""
    from inhouse.cli.models import Meter
    from inhouse_models.importing.adding import add_found
    from inhouse_models.store import Store

    meter = Meter()
    added = asyncio.run(add_found(Store(), one, judgement, meter.show))
    meter.end()
    return added
