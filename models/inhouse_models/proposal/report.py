"""A proposal in lines for a person: what was found, what is proposed and why, what else was."""

from collections.abc import Collection
from dataclasses import dataclass

from inhouse_models.machine import Gpu, Machine
from inhouse_models.memory.reasons import describe
from inhouse_models.proposal.option import Option
from inhouse_models.proposal.propose import Proposal
from inhouse_models.proposal.sentences import describe_speed


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title."""

    title: str
    lines: tuple[str, ...]


def report(proposal: Proposal, here: Collection[str] = ()) -> tuple[Section, ...]:
    """The sections in the order in which a person wants to know; `here` are the models that are
    on this machine already."""
    found = Section("Found", tuple(describe_found(proposal.machine)))
    others = tuple(f"{one.name}: {one.reason}" for one in proposal.considered)
    considered = Section("Considered", others)
    if proposal.chosen is None:
        return found, Section("Proposed", (proposal.problem,)), considered
    return (
        found,
        Section("Proposed", tuple(_describe_choice(proposal.chosen, here))),
        Section("Why", proposal.why),
        considered,
        Section("Next", next_commands(proposal.chosen, here)),
    )


def describe_found(machine: Machine) -> list[str]:
    """One line for each part of the machine."""
    lines = [_describe_processor(machine), _describe_memory(machine)]
    lines += [_describe_gpu(gpu) for gpu in machine.gpus]
    lines += [f"Not used: {gpu.name}. {gpu.reason}" for gpu in machine.unused_gpus]
    if not machine.gpus and not machine.unused_gpus:
        lines.append("Graphics card: none.")
    if machine.disk_free is not None:
        lines.append(f"Disk: {describe(machine.disk_free)} free where models are kept.")
    if machine.surroundings:
        lines.append(f"This runs in: {', '.join(machine.surroundings)}.")
    return lines


def next_commands(chosen: Option, here: Collection[str] = ()) -> tuple[str, ...]:
    """What to type to get and use the model as proposed."""
    pull = f"inhouse models pull {chosen.entry.name}"
    return (
        *(() if chosen.entry.name in here else (pull,)),
        f"inhouse config set model {chosen.entry.name}",
        f"inhouse config set context {chosen.context}",
    )


def _describe_choice(chosen: Option, here: Collection[str]) -> list[str]:
    plan, entry = chosen.plan, chosen.entry
    size = f"{'' if entry.size else 'about '}{describe(entry.size or chosen.weights)} to download"
    places = {
        "gpu": "all layers on the GPU",
        "cpu": "all layers in main memory",
        "both": f"{plan.gpu_layers} of {plan.all_layers} layers on the GPU",
    }
    drafting = ", with the layer that drafts" if plan.predict else ""
    types = dict.fromkeys((plan.key_type, plan.value_type))
    return [
        f"{entry.title} ({entry.name}), {'already here' if entry.name in here else size}",
        f"{plan.context:,} tokens of context, keys and values {' and '.join(types)}",
        f"{places[chosen.place]}{_describe_split(chosen)}{drafting}",
        f"Expected: {describe_speed(chosen)}.",
    ]


def _describe_split(chosen: Option) -> str:
    if len(chosen.plan.split) < 2:
        return ""
    return f" ({' and '.join(str(layers) for layers in chosen.plan.split)})"


def _describe_processor(machine: Machine) -> str:
    processor = machine.processor
    cores = f"{processor.cores} core{'' if processor.cores == 1 else 's'}"
    if 0 < processor.performance_cores < processor.cores:
        cores += f" ({processor.performance_cores} fast)"
    if machine.cores < processor.cores:
        cores += f", {machine.cores} of them allowed"
    instructions = f", {', '.join(processor.instructions)}" if processor.instructions else ""
    return f"Processor: {processor.name}, {cores}{instructions}."


def _describe_memory(machine: Machine) -> str:
    parts = [f"{describe(machine.memory)}, {describe(machine.available)} available"]
    if machine.memory_limit:
        parts.append("limited by a control group")
    if machine.swap:
        parts.append(f"{describe(machine.swap)} of swap ({describe(machine.swap_free)} free)")
    if machine.bandwidth:
        rate, threads = machine.bandwidth.bytes_per_second / 1e9, machine.bandwidth.threads
        parts.append(f"{rate:.0f} GB/s read and written by {threads} threads that copied")
    return f"Memory: {', '.join(parts)}."


def _describe_gpu(gpu: Gpu) -> str:
    use = "of main memory may be used" if gpu.shared else "of its own"
    parts = [f"{describe(gpu.memory)} {use}, {describe(gpu.free)} free"]
    if gpu.bandwidth:
        parts.append(f"{gpu.bandwidth / 1e9:,.0f} GB/s")
    if gpu.architecture:
        kind = "compute capability " if gpu.maker == "nvidia" else ""
        parts.append(f"{kind}{gpu.architecture}")
    if gpu.driver:
        parts.append(f"driver {gpu.driver}")
    if gpu.power_limit:
        lowered = gpu.power_limit < gpu.usual_power_limit
        parts.append(
            f"{gpu.power_limit} W" + (f" instead of {gpu.usual_power_limit} W" if lowered else "")
        )
    if gpu.others:
        parts.append(f"{gpu.others} other program{'' if gpu.others == 1 else 's'} on it")
    return f"Graphics card: {gpu.name}, {', '.join(parts)}."
