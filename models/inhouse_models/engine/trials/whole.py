"""All trials of a model on this machine, and what is to be remembered of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from inhouse_models.chat import ModelError
from inhouse_models.engine.binding import library
from inhouse_models.engine.drafting.hidden import hidden_functions
from inhouse_models.engine.drafting.prediction import ARCHITECTURES
from inhouse_models.engine.loading import EngineOptions, Loading, choices_by_hand, plan_loading
from inhouse_models.engine.trials.bench import ModelBench, measured_size
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.machine import LoadMeter, look_at_machine
from inhouse_models.memory.choose import QUANTISED_BLOCK
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.speed.choices import SpeedChoices
from inhouse_models.speed.factors import Scene, drafting_factors, factors
from inhouse_models.speed.locking import lock_limit
from inhouse_models.speed.search import Found, Pace, Trial, confirm, try_factor
from inhouse_models.speed.telling import Began, Ended, Told

# Numbers of threads mean the same whatever memory is free; the rest is left to the plan unless
# another value was quicker.
ALWAYS_REMEMBERED = frozenset({"threads", "reading_threads"})

Say = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long trials may take: seconds of one measurement, and the rounds."""

    seconds: float
    pace: Pace


NORMAL = Effort(2.0, Pace(least_rounds=3, most_rounds=5))
QUICK = Effort(0.5, Pace(least_rounds=2, most_rounds=3))


def make_trials(options: EngineOptions, effort: Effort, say: Say) -> Ended | str:
    """Try everything that can be tried; why nothing can be, in a sentence for a person."""
    meter = LoadMeter()
    hand = choices_by_hand(options)
    loading = plan_loading(replace(options, tuned=False))
    if isinstance(loading, ModelError):
        return loading.text
    shape = _shape(options)
    start = _start(loading, hand, shape)
    say(Began("how quick the model is", 0, 1))
    size = measured_size(options, start, effort.seconds)
    if isinstance(size, str):
        return size
    start = replace(start, batch=hand.batch or min(loading.context.batch, size.read))
    bench = ModelBench(options, size)
    scene = _scene(options, start, hand, loading, bench)
    try:
        found = _try_contexts(scene, bench, effort.pace, say)
        if isinstance(found, str):
            return found
        best = _try_drafting(scene, found.choices, bench, effort.pace, say)
    finally:
        bench.close()
    if isinstance(best, str):
        return best
    changed = {name for name, value in best.given().items() if getattr(start, name) != value}
    kept = best.only((ALWAYS_REMEMBERED | changed) - frozenset(hand.given()))
    return Ended(kept, found.before_seconds, found.after_seconds, meter.others())


def _try_contexts(scene: Scene, bench: ModelBench, pace: Pace, say: Say) -> Found | str:
    """What a context tells about, and the last word on it together."""
    every = factors(scene)
    best = scene.start
    for number, factor in enumerate(every):
        say(Began(factor.name, number, len(every) + 3))
        tried = try_factor(best, factor, bench, pace, say)
        if isinstance(tried, str):
            return tried
        best = tried
    say(Began("before and after", len(every), len(every) + 3))
    return confirm(scene.start, best, bench, pace)


def _try_drafting(
    scene: Scene, best: SpeedChoices, bench: ModelBench, pace: Pace, say: Say
) -> SpeedChoices | str:
    """What only whole answers tell about. An answer that cannot be timed leaves it as it is."""
    every = drafting_factors(scene)
    count = len(factors(scene)) + 1
    for number, factor in enumerate(every):
        say(Began(factor.name, count + number, count + len(every)))
        tried = try_factor(best, factor, bench, pace, say)
        if isinstance(tried, str):
            say(Trial(factor.name, factor.part, None, "impossible", reason=tried))
        else:
            best = tried
    return best


def _start(loading: Loading, hand: SpeedChoices, shape: ModelShape | None) -> SpeedChoices:
    """What would be chosen without trials, in full."""
    context = loading.context
    predicts = shape is not None and bool(shape.prediction_layers)
    return SpeedChoices(
        threads=context.threads,
        reading_threads=context.reading_threads or context.threads,
        batch=hand.batch,
        flash_attention=context.flash_attention,
        kv_type="q8_0" if context.keys == "q8_0" else "f16",
        load_mode=hand.load_mode,
        gpu_layers=hand.gpu_layers,
        gpu_split=hand.gpu_split,
        drafting="off" if loading.drafting == "off" else "on",
        prediction=loading.predict if predicts else None,
    )


def _scene(
    options: EngineOptions,
    start: SpeedChoices,
    hand: SpeedChoices,
    loading: Loading,
    bench: ModelBench,
) -> Scene:
    machine = look_at_machine()
    offload = bool(library().llama_supports_gpu_offload())
    shape = _shape(options)

    def refuse(choices: SpeedChoices) -> str:
        planned = bench.plan(choices)
        return planned.text if isinstance(planned, ModelError) else explain_loss(loading, planned)

    return Scene(
        start=start,
        hand=hand,
        physical_cores=machine.processor.cores or machine.cores,
        cores=machine.cores,
        read=bench.size.read,
        quantisable=shape is not None and _is_quantisable(shape),
        layers_on_cards=loading.gpu_layers != 0 and offload,
        cards=len(devices_of(machine)) - 1 if offload else 0,
        size=options.path.stat().st_size,
        lock_limit=lock_limit(),
        no_prediction=_explain_prediction(options, shape),
        refuse=refuse,
    )


def explain_loss(now: Loading, then: Loading) -> str:
    """What a choice would cost beside speed, as context that nobody gave up; empty for nothing."""
    if then.context.cells < now.context.cells:
        return f"it leaves {then.context.cells:,} of {now.context.cells:,} tokens of context"
    if then.gpu_layers < now.gpu_layers:
        return f"it leaves {then.gpu_layers} of {now.gpu_layers} layers on the graphics cards"
    return ""


def _shape(options: EngineOptions) -> ModelShape | None:
    """What the header says of the model; None where it says too little for a plan."""
    header = read_header(options.path)
    shape = None if isinstance(header, GgufFault) else read_shape(header)
    return None if isinstance(shape, ShapeFault) else shape


def _is_quantisable(shape: ModelShape) -> bool:
    return shape.key_size % QUANTISED_BLOCK == 0 and shape.value_size % QUANTISED_BLOCK == 0


def _explain_prediction(options: EngineOptions, shape: ModelShape | None) -> str:
    """Why the model's own layers cannot draft here; empty when it can be tried."""
    header = read_header(options.path)
    architecture = "" if isinstance(header, GgufFault) else header.architecture
    if shape is None or not shape.prediction_layers:
        return "this model has no layers that predict further tokens"
    if architecture not in ARCHITECTURES or shape.prediction_layers != 1:
        return f"prediction layers of {architecture} models are not supported"
    if hidden_functions() is None:
        return "this build of llama.cpp does not have the functions that prediction needs"
    return ""
