"""Decides how a model is loaded: by the memory plan, and by what was asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse_models.adapter import Adapter
from inhouse_models.chat import ModelError
from inhouse_models.engine.adapters import AdapterFile, read_adapters
from inhouse_models.engine.binding import library
from inhouse_models.engine.compiled_amx import wrong_amx
from inhouse_models.engine.context import CellType, ContextOptions
from inhouse_models.engine.projector import judge_projector, projector_bytes
from inhouse_models.engine.store.prefix_store import Budget
from inhouse_models.engine.tuning import Drafting, Open
from inhouse_models.engine.weights import AUTOMATIC, Placing
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.machine import look_at_machine, physical_cores
from inhouse_models.memory.choose import CARD_DRAFTING
from inhouse_models.memory.cost import UBATCH
from inhouse_models.memory.device import Device, devices_of
from inhouse_models.memory.plan import (
    MemoryPlan,
    PlanFault,
    fits_without_flash_attention,
    plan_memory,
)
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.memory.wish import Wish
from inhouse_models.speed.choices import NOTHING, LoadMode, SpeedChoices
from inhouse_models.speed.locking import judge_lock, lock_limit
from inhouse_models.speed.remembered import Stale, recall

GIB = 1024**3
DEFAULT_CONTEXT = 16_384
# Without recurrent layers a sequence more costs nothing: all share the same cells.
ATTENTION_SEQUENCES = 4
# A second recurrent conversation is worth so much of the context.
WORTH_CONTEXT = 0.85
MOST_STATES_MEMORY = 2 * GIB
WRONG_AMX = "AMX: Not used, since {} compiled it wrongly: inhouse doctor --fix-build"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which file to load and how; None is chosen for this machine.

    `context` are the tokens that all conversations hold together, `sequences` answers at once,
    `marks` the places that a recurrent conversation can be taken back to, `rollback` tokens that
    it can be taken back without one. `drafting` is decided by measuring, or fixed; `predict` is
    whether the model's own prediction layer drafts too, or else the `draft_model`. `states` is
    the folder of saved states, None for none. `lora` are the adapters at work in every answer,
    `projector` is the file that lets the model see images. `speed` are further choices of the
    person; with `tuned` those that a trial has found stand in for what is None everywhere.
    """

    path: Path
    context: int | None = None
    threads: int | None = 2
    gpu_layers: int | None = None
    flash_attention: bool | None = None
    keys: CellType | None = None
    values: CellType | None = None
    sequences: int | None = None
    marks: int | None = None
    rollback: int | None = None
    drafting: Drafting = "auto"
    predict: bool | None = None
    draft_model: Path | None = None
    states: Path | None = None
    states_memory: int | None = None
    states_disk: int = 8 * GIB
    lora: tuple[Adapter, ...] = ()
    projector: Path | None = None
    speed: SpeedChoices = NOTHING
    tuned: bool = True
    report: Callable[[str], None] = field(default=lambda _line: None)


@dataclass(frozen=True, slots=True)
class Loading:
    """Everything that is needed to load; what is `undecided` may be bettered by measuring.

    Of the choices behind it, those `by_hand` were made by the person, and those `by_trial` were
    found by a trial.
    """

    path: Path
    gpu_layers: int
    repack: bool
    context: ContextOptions
    marks: int
    budget: Budget
    adapters: tuple[AdapterFile, ...] = ()
    predict: bool = False
    drafting: Drafting = "auto"
    placing: Placing = AUTOMATIC
    undecided: Open = field(default_factory=Open)
    by_hand: SpeedChoices = NOTHING
    by_trial: SpeedChoices = NOTHING


def plan_loading(options: EngineOptions) -> Loading | ModelError:
    """How to load; an error when the model does not fit, with what would.

    What a person has chosen goes before what a trial has found, and that before the plan's own
    choice. What was found and does not fit today is left out, and said.
    """
    hand = choices_by_hand(options)
    found = _recall(options)
    if found.given():
        loading = _plan_with(options, hand.over(found))
        if isinstance(loading, Loading):
            new = frozenset(found.given()) - frozenset(hand.given())
            return replace(loading, by_hand=hand, by_trial=found.only(new))
        options.report(f"what `inhouse models tune` found is not used: {loading.text}")
    loading = _plan_with(options, hand)
    return replace(loading, by_hand=hand) if isinstance(loading, Loading) else loading


def choices_by_hand(options: EngineOptions) -> SpeedChoices:
    """What the person has chosen of that which decides on speed."""
    own = SpeedChoices(
        threads=options.threads,
        gpu_layers=options.gpu_layers,
        flash_attention=options.flash_attention,
        prediction=options.predict,
        drafting="off" if options.drafting == "off" else None,
    )
    return own.over(options.speed)


def _recall(options: EngineOptions) -> SpeedChoices:
    """What a trial has found for this model on this machine."""
    found = recall(options.path) if options.tuned else None
    if isinstance(found, Stale):
        options.report(
            f"what `inhouse models tune` found is not used: {found.changed} is not any more as it"
            " was then"
        )
    return SpeedChoices() if found is None or isinstance(found, Stale) else found.choices


def _plan_with(options: EngineOptions, choices: SpeedChoices) -> Loading | ModelError:
    header = read_header(options.path)
    compiler = wrong_amx()
    if compiler:
        options.report(WRONG_AMX.format(compiler))
    architecture = "" if isinstance(header, GgufFault) else header.architecture
    adapters = read_adapters(options.lora, architecture)
    if isinstance(adapters, ModelError):
        return adapters
    fault = judge_projector(options.projector)
    if fault:
        return ModelError("load", fault)
    shape = header if isinstance(header, GgufFault) else read_shape(header)
    if isinstance(shape, GgufFault | ShapeFault):
        # llama.cpp may know more than the plan does, and says what is wrong with a damaged file.
        options.report(f"no memory plan for {options.path}: {shape.text}")
        return replace(_without_plan(options, choices), adapters=adapters)
    if compiler:
        # Nothing is copied into the processor's own order, and no memory planned for it.
        shape = replace(shape, repacked_bytes=0)
    devices = _devices()
    wish = _wish(options, choices, sum(file.size for file in adapters))
    plan = _plan(shape, devices, wish, options.sequences)
    if isinstance(plan, PlanFault):
        return ModelError("load", plan.text)
    for reason in plan.reasons:
        options.report(f"{reason.what}: {reason.text}")
    loading = _by_plan(options, choices, plan, shape)
    return replace(loading, adapters=adapters)


def _devices() -> Sequence[Device]:
    """The memories that this build of llama.cpp can use."""
    devices = devices_of(look_at_machine())
    return devices if library().llama_supports_gpu_offload() else devices[-1:]


def _wish(options: EngineOptions, choices: SpeedChoices, adapters: int) -> Wish:
    drafting = options.rollback
    if drafting is None and choices.drafting == "off":
        drafting = 0
    elif drafting is None and choices.prediction:
        drafting = CARD_DRAFTING
    return Wish(
        context=options.context,
        kv_type=choices.kv_type,
        drafting=drafting,
        gpu_layers=choices.gpu_layers,
        adapter_bytes=adapters,
        vision_bytes=projector_bytes(options.projector),
        flash_attention=choices.flash_attention,
        # Smaller batches leave room for the drafts of several answers.
        batch=choices.batch if choices.batch and choices.batch > UBATCH else None,
        split=choices.gpu_split or (),
    )


def _plan(
    shape: ModelShape, devices: Sequence[Device], wish: Wish, sequences: int | None
) -> MemoryPlan | PlanFault:
    """The plan for two conversations where they cost little, else for one."""
    plan = plan_memory(shape, devices, wish)
    if not shape.hybrid or isinstance(plan, PlanFault) or sequences:
        return plan
    halves = replace(wish, context=plan.cells // 2, conversations=2)
    both = plan_memory(shape, devices, halves)
    if isinstance(both, PlanFault) or both.gpu_layers < plan.gpu_layers:
        return plan
    return both if both.cells >= WORTH_CONTEXT * plan.cells else plan


def _by_plan(
    options: EngineOptions, choices: SpeedChoices, plan: MemoryPlan, shape: ModelShape
) -> Loading:
    sequences = plan.conversations if shape.hybrid else ATTENTION_SEQUENCES
    either = fits_without_flash_attention(shape, plan)
    context = ContextOptions(
        cells=plan.cells,
        batch=plan.batch,
        threads=choices.threads or physical_cores(),
        reading_threads=choices.reading_threads or 0,
        chunk=choices.batch or 0,
        flash_attention=plan.flash_attention,
        sequences=options.sequences or sequences,
        # With recurrent layers it needs a state of its own, which the plan does not count.
        aside=0 if shape.hybrid else 1,
        rollback=plan.rollback if options.rollback is None else options.rollback,
        keys=options.keys or plan.key_type,
        values=options.values or plan.value_type,
    )
    split = tuple(float(layers) for layers in plan.split) if len(plan.split) > 1 else ()
    return Loading(
        options.path,
        plan.gpu_layers,
        plan.repack,
        context,
        plan.checkpoints if options.marks is None else options.marks,
        _budget(options, plan.store_bytes),
        predict=plan.predict if choices.prediction is None else choices.prediction,
        drafting=_drafting(options, choices),
        placing=Placing(_load_mode(options, choices), split),
        undecided=Open(choices.threads is None, choices.flash_attention is None and either),
    )


def _without_plan(options: EngineOptions, choices: SpeedChoices) -> Loading:
    context = ContextOptions(
        cells=options.context or DEFAULT_CONTEXT,
        threads=choices.threads or physical_cores(),
        reading_threads=choices.reading_threads or 0,
        batch=max(choices.batch or 0, UBATCH),
        chunk=choices.batch or 0,
        flash_attention=bool(choices.flash_attention),
        sequences=options.sequences or 1,
        rollback=options.rollback or 0,
        keys=options.keys or choices.kv_type or "f16",
        values=options.values or "f16",
    )
    return Loading(
        options.path,
        -1 if choices.gpu_layers is None else choices.gpu_layers,
        repack=not wrong_amx(),
        context=context,
        marks=options.marks or 8,
        budget=_budget(options, MOST_STATES_MEMORY),
        predict=bool(choices.prediction),
        drafting=_drafting(options, choices),
        placing=Placing(_load_mode(options, choices), choices.gpu_split or ()),
    )


def _drafting(options: EngineOptions, choices: SpeedChoices) -> Drafting:
    if options.drafting != "auto":
        return options.drafting
    return "off" if choices.drafting == "off" else "auto"


def _load_mode(options: EngineOptions, choices: SpeedChoices) -> LoadMode | None:
    """As chosen; mapped only, and said so, where that much must not be locked."""
    if choices.load_mode != "mlock":
        return choices.load_mode
    fault = judge_lock(options.path.stat().st_size, lock_limit())
    if fault:
        options.report(f"the model's memory is not locked: {fault}")
    return "mmap" if fault else "mlock"


def _budget(options: EngineOptions, room: int) -> Budget:
    memory = min(room, MOST_STATES_MEMORY)
    if options.states_memory is not None:
        memory = options.states_memory
    return Budget(memory, options.states_disk)
