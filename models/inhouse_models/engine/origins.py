"""Says of every choice that decides on speed which value is at work, and where it comes from."""

from typing import Literal

from inhouse_models.engine.context import ContextOptions
from inhouse_models.engine.drafting.calibration import Calibration
from inhouse_models.engine.loading import Loading
from inhouse_models.speed.choices import NAMES, Value, spell

# A person's setting, a trial (`inhouse models tune`), measuring when nobody waited, the memory
# plan, or what is done without any of them.
Origin = Literal["set", "tuned", "measured", "planned", "default"]
MEASURED = frozenset({"threads", "reading_threads", "batch", "drafting"})
PLANNED = frozenset({"flash_attention", "kv_type", "gpu_layers", "gpu_split", "prediction"})


def describe_speed(
    loading: Loading, options: ContextOptions, calibration: Calibration | None
) -> dict[str, dict[str, str]]:
    """`value` and `from` of every choice by its name; `options` are those of the context."""
    values = _values(loading, options, calibration)
    hand, trial = loading.by_hand.given(), loading.by_trial.given()
    described: dict[str, dict[str, str]] = {}
    for name in NAMES:
        origin: Origin = "default"
        if name in hand:
            origin = "set"
        elif name in trial:
            origin = "tuned"
        elif calibration is not None and _is_measured(name, loading):
            origin = "measured"
        elif name in PLANNED:
            origin = "planned"
        described[name] = {"value": spell(values[name]), "from": origin}
    return described


def _is_measured(name: str, loading: Loading) -> bool:
    """Whether a calibration has decided on it."""
    if name == "flash_attention":
        return loading.undecided.flash_attention
    if name in ("threads", "reading_threads"):
        return loading.undecided.threads
    return name in MEASURED


def _values(
    loading: Loading, options: ContextOptions, calibration: Calibration | None
) -> dict[str, Value | None]:
    writing, reading = options.threads, options.reading_threads or options.threads
    batch = options.chunk or options.batch
    if calibration is not None:
        writing, reading = calibration.threads, calibration.reading_threads
        batch = min(calibration.chunk, options.batch)
    return {
        "threads": writing,
        "reading_threads": reading,
        "batch": batch,
        "flash_attention": options.flash_attention,
        "kv_type": _spell_cells(options),
        "load_mode": loading.placing.load_mode or "auto",
        "gpu_layers": loading.gpu_layers,
        "gpu_split": loading.placing.split or "none",
        "drafting": "off" if loading.drafting == "off" else "on",
        "prediction": loading.predict,
    }


def _spell_cells(options: ContextOptions) -> str:
    if options.keys == options.values:
        return options.keys
    return f"{options.keys}, values {options.values}"
