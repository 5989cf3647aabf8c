"""`inhouse models list` and `info`: which models there are, and what is known of one."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import settings_of
from inhouse.cli.say import say_json
from inhouse.cli.speed_origins import choice_rows
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse_models.catalogue import CatalogueEntry
    from inhouse_models.chat import Sampling
    from inhouse_models.memory.fitting import CardFit
    from inhouse_models.store import ModelFile, StoreFault

MOST_GIB = 4096


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What stood on the command line."""

    fits: Annotated[
        float | None,
        typer.Option(
            "--fits",
            metavar="GB",
            min=1,
            max=MOST_GIB,
            help="Only what lies whole on a graphics card of this size, with its context.",
        ),
    ] = None
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False


@dataclass(frozen=True, slots=True)
class InfoOptions:
    """What stood on the command line."""

    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, alias or path of a model.")]
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False


def register(group: typer.Typer) -> None:
    """Add the commands to `inhouse models`."""
    group.command("list")(takes(ListOptions, list_models))
    group.command("info")(takes(InfoOptions, show_model))
    group.command("show", hidden=True)(takes(InfoOptions, show_model))


def list_models(options: ListOptions) -> None:
    """Models on this machine, and those that can be pulled."""
    from inhouse_models.catalogue import load_catalogue
    from inhouse_models.store import Store

    say_problems()
    here = Store().list()
    present = {model.entry.name for model in here if model.entry}
    missing = [entry for entry in load_catalogue() if entry.name not in present]
    described = [describe_file(model) for model in here]
    described += [describe_entry(entry) for entry in missing]
    if options.fits is not None:
        for one in described:
            fit = card_fit(one, options.fits)
            one["fits"] = asdict(fit) if fit else None
        described = [one for one in described if one["fits"]]
    if options.as_json:
        say_json({"models": described})
    elif described:
        print_table(rows_of(described, with_fits=options.fits is not None))
    else:
        complain(f"No model lies whole on a card of {options.fits:g} GB.")


def rows_of(described: "list[dict[str, Any]]", *, with_fits: bool) -> list[list[str]]:
    """The table that people read."""
    from inhouse_models.transfer import describe_size

    rows = [["NAME", "SIZE", "HERE", *(["CONTEXT"] if with_fits else []), "WHAT"]]
    for one in described:
        size = "" if one["exact"] else "about "
        size = f"{size}{describe_size(one['size'])}" if one["size"] else "?"
        state = "gone" if one["problem"] else "yes" if one["here"] else "no"
        also = f" ({', '.join(one['aliases'])})" if one["aliases"] and not one["here"] else ""
        row = [one["name"], size, state]
        if with_fits:
            keys = one["fits"]["keys"]
            row.append(f"{one['fits']['context']:,}" + (f" {keys}" if keys != "f16" else ""))
        rows.append([*row, (one["title"] or one["path"]) + also])
    return rows


def say_problems() -> None:
    """What is wrong with the models that the person has added, on standard error."""
    from inhouse_models.catalogue import own_problems

    for problem in own_problems():
        complain(problem)


def describe_file(model: "ModelFile") -> dict[str, Any]:
    """A model of the store, for programs."""
    problem = "" if all(file.is_file() for file in model.files) else "its file is gone"
    record = model.record
    return {
        **(describe_entry(model.entry) if model.entry else _UNKNOWN),
        "name": model.name,
        "here": True,
        "size": model.size,
        "exact": True,
        "path": str(model.path),
        "files": len(model.files),
        "reference": model.reference,
        "sha256": record.sha256 if record else None,
        "source": record.source if record else None,
        "problem": problem,
    }


def describe_entry(entry: "CatalogueEntry") -> dict[str, Any]:
    """A model of the catalogue, for programs. Sizes in bytes, `size` about right if not `exact`."""
    from inhouse_models.memory.known import known_shapes

    shape = known_shapes().get(entry.name)
    return {
        **_UNKNOWN,
        "name": entry.name,
        "aliases": list(entry.aliases),
        "title": entry.title,
        "size": entry.size or (shape.weights if shape else None),
        "exact": entry.size is not None,
        "sha256": entry.sha256,
        "repository": entry.remote.repository,
        "file": entry.remote.file,
        "revision": entry.remote.revision,
        "licence": entry.licence,
        "family": entry.family,
        "profile": entry.profile,
        "context": entry.context,
        "thinks": entry.thinks,
        "needs_gib": entry.needs_gib,
        "projector": entry.projector.file if entry.projector else None,
        "own": entry.own,
        "note": entry.note,
    }


_UNKNOWN: dict[str, Any] = {
    "name": "",
    "aliases": [],
    "title": "",
    "here": False,
    "size": None,
    "exact": False,
    "path": None,
    "files": 1,
    "reference": False,
    "sha256": None,
    "source": None,
    "repository": None,
    "file": None,
    "revision": None,
    "licence": "",
    "family": "",
    "profile": None,
    "context": None,
    "thinks": None,
    "needs_gib": None,
    "projector": None,
    "own": False,
    "note": "",
    "problem": "",
}


def card_fit(described: "dict[str, Any]", gib: float) -> "CardFit | None":
    """How a described model lies on a card: by its own file, else by what was published."""
    from inhouse_models.gguf import GgufFault, read_header
    from inhouse_models.memory.fitting import fit_on_card
    from inhouse_models.memory.known import known_shapes
    from inhouse_models.memory.shape import ModelShape, read_shape

    shape: object = known_shapes().get(described["name"])
    if described["path"] and not described["problem"]:
        header = read_header(Path(described["path"]))
        shape = None if isinstance(header, GgufFault) else read_shape(header)
    return fit_on_card(shape, gib) if isinstance(shape, ModelShape) else None


def show_model(options: InfoOptions) -> None:
    """Everything known of one model."""
    from inhouse_models.catalogue import find_entry
    from inhouse_models.store import Store, StoreFault

    say_problems()
    found = Store().find(options.name)
    entry = find_entry(options.name) if isinstance(found, StoreFault) else found.entry
    if isinstance(found, StoreFault) and entry is None:
        fail(found.text, ExitCode.ENGINE)
    if options.as_json:
        described = describe_entry(entry) if entry else _UNKNOWN
        if not isinstance(found, StoreFault):
            described = describe_file(found)
        say_json({**described, **(describe_use(entry) if entry else {}), "cards": cards(described)})
        return
    rows = rows_of_entry(entry) if entry else []
    print_table([row for row in [*rows, *rows_of_file(options.name, found)] if row[1]])


def describe_use(entry: "CatalogueEntry") -> dict[str, Any]:
    """How a model of the catalogue is to be used, for programs."""
    calm = entry.sampling_without_thinking
    return {
        "sampling": describe_sampling(entry.sampling),
        "sampling_without_thinking": describe_sampling(calm) if calm else None,
        "template_notes": list(entry.template_notes),
    }


def describe_sampling(sampling: "Sampling") -> dict[str, float]:
    """What decides how tokens are picked."""
    return {key: value for key, value in asdict(sampling).items() if key != "seed"}


def cards(described: "dict[str, Any]") -> dict[str, Any]:
    """Its context on graphics cards of the usual sizes."""
    from inhouse_models.memory.fitting import CARD_SIZES

    fits = {str(size): card_fit(described, size) for size in CARD_SIZES}
    return {size: asdict(fit) if fit else None for size, fit in fits.items()}


def rows_of_entry(entry: "CatalogueEntry") -> list[list[str]]:
    """What the catalogue knows of a model."""
    calm = entry.sampling_without_thinking
    rows = [
        ["name", entry.name],
        ["title", entry.title],
        ["aliases", ", ".join(entry.aliases)],
        ["from", f"{entry.remote.repository}/{entry.remote.file}"],
        ["licence", entry.licence],
        ["family", entry.family],
        ["profile", entry.profile],
        ["context", f"{entry.context:,} tokens"],
        ["needs", f"{entry.needs_gib:g} GiB of memory"],
        ["on a card", cards_line(entry)],
        ["thinks", "yes; --no-think switches it off" if entry.thinks else ""],
        ["sampling", sampling_line(entry.sampling)],
        ["no-think", sampling_line(calm) if calm else ""],
        ["sees", entry.projector.file if entry.projector else ""],
        ["note", entry.note],
    ]
    return [*rows, *(["template", note] for note in entry.template_notes)]


def sampling_line(sampling: "Sampling") -> str:
    """Such as `temperature 0.6, top_k 20`."""
    return ", ".join(f"{key} {value:g}" for key, value in describe_sampling(sampling).items())


def cards_line(entry: "CatalogueEntry") -> str:
    """Such as `16 GB: 32,768 q8_0; 24 GB: 131,072`."""
    from inhouse_models.memory.fitting import CARD_SIZES, describe_fit

    fits = [(size, card_fit(describe_entry(entry), size)) for size in CARD_SIZES]
    return "; ".join(f"{size} GB: {describe_fit(fit)}" for size, fit in fits if fit)


def rows_of_file(name: str, found: "ModelFile | StoreFault") -> list[list[str]]:
    """What lies here of a model."""
    from inhouse_models.store import StoreFault
    from inhouse_models.transfer import describe_size

    if isinstance(found, StoreFault):
        return [["here", f"no; get it with: inhouse models pull {name}"]]
    several = f", the first of {len(found.files)}" if len(found.files) > 1 else ""
    rows = [["file", f"{found.path}{several}"], ["size", describe_size(found.size)]]
    if found.record:
        rows += [["sha256", found.record.sha256], ["source", found.record.source]]
    return rows + choice_rows(found.name, found.path, settings_of(Path.cwd()).settings)
