"""Decides how a model is loaded: by the memory plan, and by what was asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse_models.adapter import Adapter
from inhouse_models.chat import ModelError
from inhouse_models.engine.adapters import AdapterFile, read_adapters
from inhouse_models.engine.binding import library
from inhouse_models.engine.context import CellType, ContextOptions
from inhouse_models.engine.projector import judge_projector, projector_bytes
from inhouse_models.engine.store.prefix_store import Budget
from inhouse_models.engine.tuning import Drafting, Open
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.machine import look_at_machine, physical_cores
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.plan import (
    MemoryPlan,
    PlanFault,
    fits_without_flash_attention,
    plan_memory,
)
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.memory.wish import Wish

GIB = 1024**3
DEFAULT_CONTEXT = 16_384
# Without recurrent layers a sequence more costs nothing: all share the same cells.
ATTENTION_SEQUENCES = 4
# A second recurrent conversation is worth so much of the context.
WORTH_CONTEXT = 0.85
MOST_STATES_MEMORY = 2 * GIB


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which file to load and how; None is chosen for this machine.

    `context` are the tokens that all conversations hold together, `sequences` answers at once,
    `marks` the places that a recurrent conversation can be taken back to, `rollback` tokens that
    it can be taken back without one. `drafting` is decided by measuring, or fixed; `predict` is
    whether the model's own prediction layer drafts too, or else the `draft_model`. `states` is
    the folder of saved states, None for none. `lora` are the adapters at work in every answer,
    `projector` is the file that lets the model see images.
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
    report: Callable[[str], None] = field(default=lambda _line: None)


@dataclass(frozen=True, slots=True)
class Loading:
    """Everything that is needed to load; what is `undecided` may be bettered by measuring."""

    path: Path
    gpu_layers: int
    repack: bool
    context: ContextOptions
    marks: int
    budget: Budget
    adapters: tuple[AdapterFile, ...] = ()
    predict: bool = False
    undecided: Open = field(default_factory=Open)


def plan_loading(options: EngineOptions) -> Loading | ModelError:
    """How to load; an error when the model does not fit, with what would."""
    header = read_header(options.path)
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
        return replace(_without_plan(options), adapters=adapters)
    plan = _plan(shape, options, sum(file.size for file in adapters))
    if isinstance(plan, PlanFault):
        return ModelError("load", plan.text)
    for reason in plan.reasons:
        options.report(f"{reason.what}: {reason.text}")
    loading = _by_plan(options, plan, shape)
    return replace(loading, adapters=adapters)


def _plan(shape: ModelShape, options: EngineOptions, adapters: int) -> MemoryPlan | PlanFault:
    """The plan for two conversations where they cost little, else for one."""
    devices = devices_of(look_at_machine())
    if not library().llama_supports_gpu_offload():
        devices = devices[-1:]
    wish = Wish(
        context=options.context,
        drafting=options.rollback,
        gpu_layers=options.gpu_layers,
        adapter_bytes=adapters,
        vision_bytes=projector_bytes(options.projector),
    )
    plan = plan_memory(shape, devices, wish)
    if not shape.hybrid or isinstance(plan, PlanFault) or options.sequences:
        return plan
    halves = replace(wish, context=plan.cells // 2, conversations=2)
    both = plan_memory(shape, devices, halves)
    if isinstance(both, PlanFault) or both.gpu_layers < plan.gpu_layers:
        return plan
    return both if both.cells >= WORTH_CONTEXT * plan.cells else plan


def _by_plan(options: EngineOptions, plan: MemoryPlan, shape: ModelShape) -> Loading:
    flash = plan.flash_attention if options.flash_attention is None else options.flash_attention
    sequences = plan.conversations if shape.hybrid else ATTENTION_SEQUENCES
    either = fits_without_flash_attention(shape, plan)
    return Loading(
        options.path,
        plan.gpu_layers,
        plan.repack,
        ContextOptions(
            cells=plan.cells,
            batch=plan.batch,
            threads=options.threads or physical_cores(),
            flash_attention=flash,
            sequences=options.sequences or sequences,
            # With recurrent layers it needs a state of its own, which the plan does not count.
            aside=0 if shape.hybrid else 1,
            rollback=plan.rollback if options.rollback is None else options.rollback,
            keys=options.keys or plan.key_type,
            values=options.values or plan.value_type,
        ),
        plan.checkpoints if options.marks is None else options.marks,
        _budget(options, plan.store_bytes),
        predict=plan.predict if options.predict is None else options.predict,
        undecided=Open(options.threads is None, options.flash_attention is None and either),
    )


def _without_plan(options: EngineOptions) -> Loading:
    context = ContextOptions(
        cells=options.context or DEFAULT_CONTEXT,
        threads=options.threads or physical_cores(),
        flash_attention=bool(options.flash_attention),
        sequences=options.sequences or 1,
        rollback=options.rollback or 0,
        keys=options.keys or "f16",
        values=options.values or "f16",
    )
    layers = -1 if options.gpu_layers is None else options.gpu_layers
    budget = _budget(options, MOST_STATES_MEMORY)
    predict = bool(options.predict)
    return Loading(options.path, layers, True, context, options.marks or 8, budget, predict=predict)


def _budget(options: EngineOptions, room: int) -> Budget:
    memory = min(room, MOST_STATES_MEMORY)
    if options.states_memory is not None:
        memory = options.states_memory
    return Budget(memory, options.states_disk)
