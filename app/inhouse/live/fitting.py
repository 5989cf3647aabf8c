"""Whether a model fits on this machine, how well, and why."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from inhouse_models.catalogue import CatalogueEntry
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.machine import GIB, Machine
from inhouse_models.memory.cost import Load
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.plan import PlanFault, plan_memory
from inhouse_models.memory.reasons import Reason, describe
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.memory.wish import Wish

Verdict = Literal["fits", "slow", "too large", "unknown"]

# A processor writes a token in the time that memory takes to deliver what is read for it.
SLOW_BYTES = 6_000_000_000
# What the system and other programs keep of main memory.
SHARE_OF_MEMORY = 0.8
# Reasons that begin with their verdict and need to be told what it is of.
VERDICTS_OF = ("flash attention",)
_EXPERTS = re.compile(r"(\d+(?:\.\d+)?)b-a(\d+(?:\.\d+)?)b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model lies in memory, for a person who chooses.

    `slow` fits, but its answers come slowly. `reasons` are sentences. `context` is in tokens and
    `memory` in bytes of weights and working context, both 0 when not planned; `quantisation` and
    `trained` (tokens) are what the file says of itself.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    context: int = 0
    memory: int = 0
    quantisation: str = ""
    trained: int = 0


def fit_of(name: str, path: Path | None, entry: CatalogueEntry | None, machine: Machine) -> Fit:
    """The memory plan of a model, in short. Reads the header of a file that is here."""
    if path is not None:
        header = read_header(path)
        if isinstance(header, GgufFault):
            return Fit("unknown", (_sentence(header.text),))
        shape = read_shape(header)
        if isinstance(shape, ShapeFault):
            return Fit("unknown", (_sentence(shape.text),), quantisation=header.quantisation)
        fit = _planned(name, shape, machine)
        trained = header.context_length
        return replace(fit, quantisation=header.quantisation, trained=trained)
    shape = known_shapes().get(entry.name) if entry else None
    if shape is not None:
        return _planned(name, shape, machine)
    if entry is not None:
        return _published(entry, machine)
    return Fit("unknown", ("How much memory it takes is known when it is here.",))


def machine_without(machine: Machine, loaded: Path) -> Machine:
    """The machine as it is when the engine lets go of the model that it has loaded.

    Weights in main memory are counted as free already: they are pages of a file.
    """
    empty = replace(
        machine,
        available=machine.memory,
        gpus=tuple(replace(gpu, free=gpu.memory) for gpu in machine.gpus),
    )
    header = read_header(loaded)
    shape = None if isinstance(header, GgufFault) else read_shape(header)
    if not isinstance(shape, ModelShape):
        return machine
    plan = plan_memory(shape, devices_of(empty), Wish())
    if isinstance(plan, PlanFault):
        return machine
    held = [_held(use.load) for use in plan.uses]
    own = held[-1] - plan.uses[-1].load.weights
    shared = sum(size for size, gpu in zip(held[:-1], machine.gpus, strict=True) if gpu.shared)
    gpus = tuple(
        replace(gpu, free=min(gpu.memory, gpu.free + size))
        for gpu, size in zip(machine.gpus, held[:-1], strict=True)
    )
    available = min(machine.memory, machine.available + own + shared)
    return replace(machine, available=available, gpus=gpus)


def describe_machine(machine: Machine) -> str:
    """Memory, processors and graphics cards in one line."""
    cards = [f"{gpu.name} with {describe(gpu.memory)}" for gpu in machine.gpus]
    graphics = " and ".join(cards) or "no GPU"
    cores = f"{machine.cores} core{'' if machine.cores == 1 else 's'}"
    return f"{describe(machine.memory)} of memory, {cores}, {graphics}"


def read_per_token(name: str, weights: int) -> int:
    """Bytes of a model that are read for each token; of a mixture of experts only a part."""
    experts = _EXPERTS.search(name)
    if experts is None:
        return weights
    return int(weights * min(1.0, float(experts[2]) / max(float(experts[1]), 0.1)))


def _planned(name: str, shape: ModelShape, machine: Machine) -> Fit:
    plan = plan_memory(shape, devices_of(machine), Wish())
    if isinstance(plan, PlanFault):
        text = plan.text.removesuffix(" Choose a smaller model: inhouse models list")
        return Fit("too large", (text,))
    memory = sum(_held(use.load) for use in plan.uses)
    room = f"It takes {describe(memory)} with a context of {plan.context:,} tokens."
    reasons = [room, *(_tell(one) for one in plan.reasons if one.what == "layers" or one.warning)]
    verdict: Verdict = "fits"
    if 0 < plan.gpu_layers < plan.all_layers:
        verdict = "slow"
    read = read_per_token(name, shape.weights)
    if not plan.gpu_layers and read > SLOW_BYTES:
        verdict = "slow"
        reasons.append(f"A processor reads {describe(read)} for every token: answers take long.")
    return Fit(verdict, tuple(reasons), plan.context, memory)


def _published(entry: CatalogueEntry, machine: Machine) -> Fit:
    """By what its publisher says it needs: its layers are not known before it is here."""
    said = f"By published figures: it needs {entry.needs_gib:g} GiB."
    needed = entry.needs_gib * GIB
    if any(needed <= gpu.free for gpu in machine.gpus):
        return Fit("fits", (said,), memory=int(needed))
    if needed > machine.memory * SHARE_OF_MEMORY:
        return Fit("too large", (said,), memory=int(needed))
    if machine.gpus:
        return Fit("slow", (said, "No GPU here has room for all of it."), memory=int(needed))
    if read_per_token(entry.name, int(needed)) > SLOW_BYTES:
        return Fit("slow", (said, "A processor takes long to answer with it."), memory=int(needed))
    return Fit("fits", (said,), memory=int(needed))


def _tell(reason: Reason) -> str:
    """The sentence of a reason, with what it is about where the sentence does not say so."""
    if reason.what in VERDICTS_OF:
        return f"{reason.what.capitalize()}: {reason.text[:1].lower()}{reason.text[1:]}"
    return reason.text


def _held(load: Load) -> int:
    """What a loaded model takes; what is kept of earlier prompts makes room for others."""
    return load.total - load.checkpoints - load.store


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."
