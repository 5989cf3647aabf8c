"""One model of the catalogue on one machine: the best plan for it, its speed, or why it is out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from inhouse_models.catalogue import CatalogueEntry
from inhouse_models.machine import Machine
from inhouse_models.memory.choose import CARD_DRAFTING, choose
from inhouse_models.memory.device import Device
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.plan import MemoryPlan, plan_memory
from inhouse_models.memory.reasons import describe
from inhouse_models.memory.shape import ModelShape
from inhouse_models.memory.wish import Wish
from inhouse_models.proposal.expectation import Expectation, expect

# Contexts to try, the longest first. A processor reads slowly: half an hour for more than this.
CARD_CONTEXTS = (131_072, 98_304, 65_536, 49_152, 32_768, 16_384, 8_192, 4_096)
CPU_CONTEXTS = (32_768, 16_384, 8_192, 4_096)
# An agent's instructions, two files and an answer; a model that thinks writes several times more.
LEAST_CONTEXT = 16_384
LEAST_THINKING_CONTEXT = 32_768
# Whole tasks over several files end within it: drafts and more bits are worth more than what is
# beyond.
ENOUGH_CONTEXT = 65_536
# What more than four bits must not cost.
LARGE_CONTEXT = CARD_CONTEXTS[0]
# Beside the model's file some space has to stay on the disk.
DISK_MARGIN = 1024**3

Place = Literal["gpu", "both", "cpu"]


@dataclass(frozen=True, slots=True)
class Option:
    """A way to run a model here."""

    entry: CatalogueEntry
    plan: MemoryPlan
    speed: Expectation
    place: Place
    weights: int

    @property
    def context(self) -> int:
        """Tokens."""
        return self.plan.context


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that cannot be run here, and why, in a sentence."""

    entry: CatalogueEntry
    reason: str


def find_options(
    entry: CatalogueEntry, machine: Machine, devices: Sequence[Device]
) -> list[Option] | Refused:
    """The ways to run a model: whole on the cards, over cards and main memory, or without."""
    shape = known_shapes().get(entry.name)
    if shape is None:
        return Refused(entry, "Its layers are not known before it is here.")
    if machine.disk_free is not None and machine.disk_free < shape.weights + DISK_MARGIN:
        free = describe(machine.disk_free)
        return Refused(
            entry, f"Its file takes {describe(shape.weights)}, the disk has {free} free."
        )
    plans = [
        plan
        for plan in (
            _plan_cards(entry, shape, devices),
            _plan(shape, devices[-1:], CPU_CONTEXTS, Wish(gpu_layers=0)),
        )
        if plan
    ]
    if not plans:
        return Refused(entry, _too_large(entry, devices))
    return [
        Option(entry, plan, expect(entry, shape, plan, machine), _place(plan), shape.weights)
        for plan in plans
    ]


def least_context(entry: CatalogueEntry) -> int:
    """Tokens below which a model is no good for an agent."""
    return LEAST_THINKING_CONTEXT if entry.profile == "large" else LEAST_CONTEXT


def _plan_cards(
    entry: CatalogueEntry, shape: ModelShape, devices: Sequence[Device]
) -> MemoryPlan | None:
    """Whole on the cards, with drafts when they leave enough context, else over both memories."""
    if len(devices) == 1:
        return None
    drafting = Wish(gpu_layers=-1, drafting=CARD_DRAFTING)
    enough = [context for context in CARD_CONTEXTS if context >= ENOUGH_CONTEXT]
    enough = [context for context in enough if context <= shape.trained_context]
    whole = _plan(shape, devices, enough or [shape.trained_context], drafting)
    if whole:
        return whole
    shorter = [context for context in CARD_CONTEXTS if context <= ENOUGH_CONTEXT]
    plain = _plan(shape, devices, shorter, replace(drafting, drafting=0))
    return plain or _plan(shape, devices, [least_context(entry)], Wish(drafting=0))


def _plan(
    shape: ModelShape, devices: Sequence[Device], contexts: Sequence[int], wish: Wish
) -> MemoryPlan | None:
    """The plan with the longest of these contexts; cheap also where none fits."""
    for context in contexts:
        wished = replace(wish, context=context)
        # A plan that does not fit looks for what would instead, which takes seconds.
        if context <= shape.trained_context and choose(shape, devices, wished):
            made = plan_memory(shape, devices, wished)
            return made if isinstance(made, MemoryPlan) else None
    return None


def _place(plan: MemoryPlan) -> Place:
    if not plan.gpu_layers:
        return "cpu"
    return "gpu" if plan.gpu_layers == plan.all_layers else "both"


def _too_large(entry: CatalogueEntry, devices: Sequence[Device]) -> str:
    """What it takes and what there is."""
    rooms = " and ".join(f"{describe(device.usable)} of {device.name}" for device in devices)
    taken = describe(known_shapes()[entry.name].weights)
    return f"Its weights take {taken}; with what it works in that is more than {rooms}."
