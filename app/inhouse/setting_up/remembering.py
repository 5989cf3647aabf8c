"""Remembers what was measured of each model on this machine, by its state folder."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from inhouse.settings_file import replace_text
from inhouse.speeds import note
from inhouse_agent.folders import state_folder
from inhouse_models.chat import Timings, Usage
from inhouse_models.machine import Machine
from inhouse_models.measuring.causes import Evidence
from inhouse_models.measuring.measured import (
    READ_TOKENS,
    WRITTEN_TOKENS,
    Measured,
    decode_measured,
    encode_measured,
)

VERSION = 1
MODELS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Remembered:
    """A measurement, and the tokens a second that were expected then, 0 where nobody knew."""

    measured: Measured
    writing: float = 0.0
    reading: float = 0.0


def remember(name: str, evidence: Evidence) -> None:
    """Keep it for this machine, and count it among the speeds that the model had here.

    A file that cannot be written is no matter: it is measured again.
    """
    measured = evidence.measured
    reading, writing = (sum(1 / one for one in samples) for samples in _samples(measured))
    usage = Usage(
        input_tokens=READ_TOKENS * len(measured.reading_samples),
        output_tokens=WRITTEN_TOKENS * len(measured.writing_samples),
    )
    timings = Timings(0, READ_TOKENS * reading, WRITTEN_TOKENS * writing)
    note(name, usage, timings)
    models = _read()
    models.pop(name, None)
    models[name] = {
        "machine": describe_hardware(evidence.machine),
        "writing": evidence.writing,
        "reading": evidence.reading,
        "measured": encode_measured(measured),
    }
    kept = dict(list(models.items())[-MODELS_KEPT:])
    path = state_folder() / "measured.json"
    with contextlib.suppress(OSError):
        replace_text(path, json.dumps({"version": VERSION, "models": kept}, indent=1) + "\n")


def recall(name: str, machine: Machine) -> Remembered | None:
    """What was measured of a model on just this machine."""
    kept = _read().get(name)
    try:
        if kept is None or kept["machine"] != describe_hardware(machine):
            return None
        measured = decode_measured(kept["measured"])
        speeds = float(kept["writing"]), float(kept["reading"])
    except (KeyError, TypeError, ValueError):
        return None
    return Remembered(measured, *speeds) if measured else None


def describe_hardware(machine: Machine) -> str:
    """What a speed depends on and another machine has otherwise."""
    cards = [f"{gpu.name} of {gpu.memory}" for gpu in machine.gpus]
    processor = f"{machine.processor.name}, {machine.cores} cores"
    return "; ".join((processor, *cards))


def _samples(measured: Measured) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return measured.reading_samples, measured.writing_samples


def _read() -> dict[str, Mapping[str, Any]]:
    """What is kept; a missing, damaged or newer file is as good as none."""
    try:
        data = json.loads((state_folder() / "measured.json").read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            return {}
        models = cast("dict[str, Any]", data["models"])
        return {name: kept for name, kept in models.items() if isinstance(kept, dict)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
