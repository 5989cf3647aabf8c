"""`inhouse models fit`: how a model would lie in this machine's memory, and why so."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.say import say_json
from inhouse.cli.table import print_table
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from inhouse_models.memory.cost import Load
    from inhouse_models.memory.plan import MemoryPlan
    from inhouse_models.memory.shape import ModelShape

MOST_CONVERSATIONS = 64
MOST_DRAFTING = 16
WARNING = "Note: "


class KvType(StrEnum):
    """How keys and values are kept."""

    F16 = "f16"
    Q8_0 = "q8_0"


def register(group: typer.Typer) -> None:
    """Add the command to `inhouse models`."""
    group.command("fit")(takes(FitOptions, show_fit))


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What stood on the command line."""

    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name, alias or path of a model.")]
    context: Annotated[
        int | None, typer.Option("--context", min=1, metavar="N", help="Tokens it should hold.")
    ] = None
    kv: Annotated[KvType | None, typer.Option("--kv", help="Type of keys and values.")] = None
    conversations: Annotated[
        int,
        typer.Option("--conversations", min=1, max=MOST_CONVERSATIONS, help="How many at once."),
    ] = 1
    drafting: Annotated[
        int | None,
        typer.Option("--drafting", min=0, max=MOST_DRAFTING, help="Drafted tokens to take back."),
    ] = None
    gpu_layers: Annotated[
        int | None, typer.Option("--gpu-layers", help="Layers on the GPU; 0 none, -1 all.")
    ] = None
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False


def show_fit(options: FitOptions) -> None:
    """Whether a model fits into this machine's memory, how, and why so."""
    from inhouse_models.machine import look_at_machine
    from inhouse_models.memory.device import devices_of
    from inhouse_models.memory.plan import PlanFault, plan_memory
    from inhouse_models.memory.wish import Wish

    shape, here = find_shape(options.name)
    wish = Wish(
        context=options.context,
        kv_type=options.kv.value if options.kv else None,
        conversations=options.conversations,
        drafting=options.drafting,
        gpu_layers=options.gpu_layers,
    )
    planned = plan_memory(shape, devices_of(look_at_machine()), wish)
    refused = isinstance(planned, PlanFault)
    plan = planned.nearest if refused else planned
    if options.as_json:
        fault = planned.text if refused else ""
        report = {"model": options.name, "here": here, "fits": not refused, "fault": fault}
        say_json({**report, "plan": plan and describe_plan(plan)})
    elif plan:
        title = "The nearest plan that fits" if refused else f"{shape.name} fits"
        origin = (
            ""
            if here
            else f"; by published figures, it is not here: inhouse models pull {options.name}"
        )
        typer.echo(sanitise_line(f"{title}{origin}"))
        typer.echo("")
        print_choices(plan)
        typer.echo("")
        print_memory(plan)
    if refused and options.as_json:
        raise typer.Exit(ExitCode.ENGINE)
    if refused:
        fail(planned.text, ExitCode.ENGINE)


def find_shape(name: str) -> tuple["ModelShape", bool]:
    """The shape of the model that is meant, and whether its file is here; ends when unknown."""
    from inhouse_models.catalogue import find_entry
    from inhouse_models.gguf import GgufFault, read_header
    from inhouse_models.memory.known import known_shapes
    from inhouse_models.memory.shape import ShapeFault, read_shape
    from inhouse_models.store import Store, StoreFault

    found = Store().find(name)
    if isinstance(found, StoreFault):
        entry = find_entry(name)
        known = known_shapes().get(entry.name) if entry else None
        if known is None or found.kind != "no_model":
            fail(found.text, ExitCode.ENGINE)
        return known, False
    header = read_header(found.path)
    if isinstance(header, GgufFault):
        fail(header.text, ExitCode.ENGINE)
    shape = read_shape(header)
    if isinstance(shape, ShapeFault):
        fail(shape.text, ExitCode.ENGINE)
    return shape, True


def describe_plan(plan: "MemoryPlan") -> dict[str, Any]:
    """The plan as plain values, with the sums that a reader would otherwise make."""
    described = asdict(plan)
    described["load"]["total"] = plan.load.total
    for use, shown in zip(plan.uses, described["uses"], strict=True):
        shown["load"]["total"] = use.load.total
    return described


def print_choices(plan: "MemoryPlan") -> None:
    """One line per choice: what, which, why."""
    from inhouse_models.memory.reasons import describe

    same = plan.key_type == plan.value_type
    chosen = {
        "layers": f"{plan.gpu_layers} of {plan.all_layers} on GPU" if plan.gpu_layers else "CPU",
        "context": f"{plan.context:,}",
        "kv": plan.key_type if same else f"{plan.key_type}, {plan.value_type}",
        "flash attention": "on" if plan.flash_attention else "off",
        "repack": "yes" if plan.repack else "no",
        "batch": str(plan.ubatch),
        "conversations": str(plan.conversations),
        "rollback": str(plan.rollback),
        "checkpoints": str(plan.checkpoints),
        "prefix store": describe(plan.store_bytes),
        "vision": describe(plan.load.vision),
        "adapters": describe(plan.load.adapters),
    }
    rows = [["WHAT", "CHOICE", "WHY"]]
    for reason in plan.reasons:
        text = f"{WARNING}{reason.text}" if reason.warning else reason.text
        rows.append([reason.what, chosen[reason.what], text])
    print_table(rows)


def print_memory(plan: "MemoryPlan") -> None:
    """What lies on each device, and how much may."""
    from inhouse_models.memory.reasons import describe

    heads = ["MEMORY", "WEIGHTS", "KV", "STATES", "COMPUTE", "OTHER", "KEPT", "SUM", "OF"]
    rows = [heads]
    for use in plan.uses:
        amounts = [describe(size) if size else "-" for size in columns_of(use.load)]
        rows.append([use.name, *amounts, describe(use.usable)])
    if len(plan.uses) > 1:
        amounts = [describe(size) if size else "-" for size in columns_of(plan.load)]
        rows.append(["together", *amounts, ""])
    print_table(rows)


def columns_of(load: "Load") -> tuple[int, ...]:
    """What the columns show; `other` is the program itself, "kept" is for the prefix store."""
    other = load.repacked + load.vision + load.adapters + load.program
    kept = load.checkpoints + load.store
    return load.weights, load.kv, load.recurrent, load.compute, other, kept, load.total
