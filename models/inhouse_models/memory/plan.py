"""The memory plan: how a model is to be loaded on this machine, what that takes, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.machine import GIB, Machine
from inhouse_models.memory.choose import CHECKPOINT_RESERVE, LEAST_CONTEXT, STEP, choose, ideal
from inhouse_models.memory.cost import (
    KvType,
    Load,
    Setting,
    compute_bytes,
    demand,
    free_host,
    place,
)
from inhouse_models.memory.device import Device, Kind, devices_of
from inhouse_models.memory.reasons import Case, Reason, describe, explain
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.memory.wish import Wish

MOST_CHECKPOINTS = 32
MOST_STORE_BYTES = 8 * GIB


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """What a plan puts on one device, and the bytes it may fill there at most."""

    name: str
    kind: Kind
    usable: int
    load: Load


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """How to load a model. Tokens are counted, memory is in bytes.

    For llama.cpp: `gpu_layers` is n_gpu_layers (`all_layers` are all, the output being one more
    layer), `split` tensor_split over the cards, `cells` n_ctx, `sequences` n_seq_max, `batch` and
    `ubatch` n_batch and n_ubatch, `outputs` n_outputs_max, `rollback` n_rs_seq, `repack`
    use_extra_bufts; kv_unified is to be true. `context` is what each of the `conversations` may
    hold when all are full; one alone may use all `cells`. `predict` is whether the layers that
    predict further tokens are loaded.
    `checkpoints` recurrent states and `store_bytes` of prefixes may be kept in main memory.
    `load` is the sum over all devices.
    """

    gpu_layers: int
    all_layers: int
    split: tuple[int, ...]
    context: int
    cells: int
    key_type: KvType
    value_type: KvType
    flash_attention: bool
    repack: bool
    batch: int
    ubatch: int
    outputs: int
    conversations: int
    sequences: int
    rollback: int
    predict: bool
    checkpoints: int
    store_bytes: int
    load: Load
    uses: tuple[DeviceUse, ...]
    reasons: tuple[Reason, ...]

    @property
    def wish(self) -> Wish:
        """The wish that gives this plan again."""
        return Wish(
            context=self.context,
            kv_type=self.key_type,
            conversations=self.conversations,
            drafting=self.rollback or int(self.predict),
            vision_bytes=self.load.vision,
            gpu_layers=self.gpu_layers,
            adapter_bytes=self.load.adapters,
            batch=self.batch,
        )


@dataclass(frozen=True, slots=True)
class PlanFault:
    """Why a model cannot be loaded so, and what to change; with the nearest plan that fits."""

    text: str
    nearest: MemoryPlan | None = None


def plan_for(path: Path, machine: Machine, wish: Wish) -> MemoryPlan | PlanFault:
    """The plan for a model file on a machine. Reads its header only."""
    header = read_header(path)
    if isinstance(header, GgufFault):
        return PlanFault(header.text)
    shape = read_shape(header)
    if isinstance(shape, ShapeFault):
        return PlanFault(shape.text)
    return plan_memory(shape, devices_of(machine), wish)


def plan_memory(shape: ModelShape, devices: Sequence[Device], wish: Wish) -> MemoryPlan | PlanFault:
    """The best plan that keeps to the wish and to the free memory of every device.

    `devices` are graphics cards in llama.cpp's order, then main memory.
    """
    setting = choose(shape, devices, wish)
    if setting:
        return _complete(shape, devices, wish, setting)
    return _refuse(shape, devices, wish)


def fits_without_flash_attention(shape: ModelShape, plan: MemoryPlan) -> bool:
    """Whether flash attention may be chosen by measuring: on Metal, where now it is quicker and
    now it is not, when nothing needs it and there is room for the scores it does without."""
    cards = [use for use in plan.uses if use.kind == "metal" and plan.gpu_layers]
    if not cards or not plan.flash_attention or plan.value_type != "f16":
        return False
    setting = Setting(
        context=plan.context,
        conversations=plan.conversations,
        key_type=plan.key_type,
        flash_attention=True,
        rollback=plan.rollback,
        predict=plan.predict,
        gpu_layers=plan.gpu_layers,
        batch=plan.batch,
    )
    without = replace(setting, flash_attention=False)
    more = compute_bytes(shape, without, "metal") - compute_bytes(shape, setting, "metal")
    # What a card takes comes out of main memory, the last device.
    room = plan.uses[-1].usable - plan.load.total
    return more <= min(room, *(card.usable - card.load.total for card in cards))


def _complete(
    shape: ModelShape, devices: Sequence[Device], wish: Wish, setting: Setting
) -> MemoryPlan:
    """Share out what main memory has left, and say why everything is as it is."""
    placement = place(shape, devices, setting)
    if placement is None:
        raise ValueError("a setting was chosen that does not fit")
    loads = list(placement.loads)
    left = free_host(devices, loads)
    checkpoints = _count_checkpoints(shape, left)
    kept = Load(checkpoints=checkpoints * shape.state_bytes)
    kept += Load(store=min(MOST_STORE_BYTES, (left - kept.total) // 2))
    loads[-1] += kept
    return MemoryPlan(
        gpu_layers=setting.gpu_layers,
        all_layers=shape.blocks + 1,
        split=placement.split,
        context=setting.context,
        cells=setting.cells,
        key_type=setting.key_type,
        value_type=setting.value_type,
        flash_attention=setting.flash_attention,
        repack=setting.repack,
        batch=setting.batch,
        ubatch=setting.batch,
        outputs=setting.outputs,
        conversations=setting.conversations,
        sequences=setting.sequences,
        rollback=setting.rollback,
        predict=setting.predict,
        checkpoints=checkpoints,
        store_bytes=kept.store,
        load=sum(loads, Load()),
        uses=tuple(
            DeviceUse(device.name, device.kind, device.usable, load)
            for device, load in zip(devices, loads, strict=True)
        ),
        reasons=explain(Case(shape, devices, wish, setting, loads, checkpoints)),
    )


def _count_checkpoints(shape: ModelShape, left: int) -> int:
    """How many recurrent states to keep: a few in any case, many from half of what is left."""
    if not shape.hybrid:
        return 0
    few = min(CHECKPOINT_RESERVE, left // shape.state_bytes)
    return min(MOST_CHECKPOINTS, max(few, left // 2 // shape.state_bytes))


def _refuse(shape: ModelShape, devices: Sequence[Device], wish: Wish) -> PlanFault:
    wanted = ideal(shape, devices, wish)
    needed = describe(demand(shape, wanted, devices[0].kind))
    rooms = ", ".join(f"{device.name} {describe(device.usable)}" for device in devices)
    context = f"{wanted.context:,} tokens of context"
    missing = f"{shape.name} with {context} takes {needed}; what may be used: {rooms}."
    smaller = _relax(shape, devices, wish)
    setting = choose(shape, devices, smaller) if smaller else None
    if smaller is None or setting is None:
        return PlanFault(f"{missing} Choose a smaller model: inhouse models list")
    nearest = _complete(shape, devices, smaller, setting)
    return PlanFault(f"{missing} It fits with {_differences(wish, smaller, nearest)}.", nearest)


def _relax(shape: ModelShape, devices: Sequence[Device], wish: Wish) -> Wish | None:
    """The wish that fits and asks for as little less as can be: context is given up first."""
    smaller = wish
    for change in _CONCESSIONS:
        before, smaller = smaller, replace(smaller, **change)
        if change and smaller == before:
            continue
        if choose(shape, devices, smaller):
            return smaller
        shorter = _shorten(shape, devices, smaller)
        if shorter:
            return shorter
    return None


_CONCESSIONS: tuple[dict[str, None] | dict[str, int] | dict[str, tuple[float, ...]], ...] = (
    {},
    {"gpu_layers": None},
    {"kv_type": None},
    {"conversations": 1},
    {"drafting": 0},
    {"batch": None},
    {"flash_attention": None},
    {"split": ()},
    {"vision_bytes": 0},
    {"adapter_bytes": 0},
)


def _shorten(shape: ModelShape, devices: Sequence[Device], wish: Wish) -> Wish | None:
    """The wish with the longest context that fits, unless that is too short to be of use."""
    wished = min(wish.context or 0, shape.trained_context)
    least, most = LEAST_CONTEXT // STEP, (wished - 1) // STEP
    found = replace(wish, context=LEAST_CONTEXT)
    if least > most or not choose(shape, devices, found):
        return None
    while least < most:
        steps = (least + most + 1) // 2
        shorter = replace(wish, context=steps * STEP)
        if choose(shape, devices, shorter):
            found, least = shorter, steps
        else:
            most = steps - 1
    return found


def _differences(wish: Wish, smaller: Wish, nearest: MemoryPlan) -> str:
    """What is given up, as words and as what to type."""
    changes = (
        (wish.context != smaller.context, f"--context {nearest.context}"),
        (wish.gpu_layers != smaller.gpu_layers, f"{nearest.gpu_layers} layers on the GPU"),
        (wish.kv_type != smaller.kv_type, f"--kv {nearest.key_type}"),
        (wish.conversations != smaller.conversations, "--conversations 1"),
        (wish.drafting != smaller.drafting, "no drafting"),
        (wish.batch != smaller.batch, f"batch {nearest.batch}"),
        (wish.flash_attention != smaller.flash_attention, "another flash_attention"),
        (wish.split != smaller.split, "another gpu_split"),
        (wish.vision_bytes != smaller.vision_bytes, "no images"),
        (wish.adapter_bytes != smaller.adapter_bytes, "no adapters"),
    )
    return ", ".join(text for changed, text in changes if changed)
