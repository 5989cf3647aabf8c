"""The choices that decide how quick a model is, from one source: a person, a trial, a plan."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, cast, get_args

KvType = Literal["f16", "q8_0"]
LoadMode = Literal["mmap", "mlock", "read"]
Switch = Literal["on", "off"]
Value = int | bool | str | tuple[float, ...]

# What llama.cpp and the memory plan can use; the bounds of the settings are the same.
LEAST_BATCH, MOST_BATCH = 32, 4096
MOST_THREADS = 1024
MOST_CARDS = 16


@dataclass(frozen=True, slots=True)
class SpeedChoices:
    """What one source has chosen; None is left to others.

    `threads` decode one token, `reading_threads` several. `batch` is how many tokens of a prompt
    are read at once. `load_mode` is how the file comes into memory: mapped, mapped and locked, or
    read. `gpu_layers` counts as the memory plan does, at most all; `gpu_split` are the shares
    of the cards. `prediction` is whether the model's own layer for it drafts, `drafting` whether
    anything is drafted at all.
    """

    threads: int | None = None
    reading_threads: int | None = None
    batch: int | None = None
    flash_attention: bool | None = None
    kv_type: KvType | None = None
    load_mode: LoadMode | None = None
    gpu_layers: int | None = None
    gpu_split: tuple[float, ...] | None = None
    drafting: Switch | None = None
    prediction: bool | None = None

    def given(self) -> dict[str, Value]:
        """What was chosen, by name."""
        values = {name: getattr(self, name) for name in NAMES}
        return {name: value for name, value in values.items() if value is not None}

    def over(self, other: "SpeedChoices") -> "SpeedChoices":
        """These choices, and those of the other one where there are none."""
        return choices_of({**other.given(), **self.given()})

    def only(self, names: frozenset[str]) -> "SpeedChoices":
        """The choices of these names alone."""
        return choices_of({name: one for name, one in self.given().items() if name in names})


# Nothing is chosen.
NOTHING = SpeedChoices()
NAMES = tuple(field.name for field in fields(SpeedChoices))


def choices_of(values: Mapping[str, Value]) -> SpeedChoices:
    """SpeedChoices by name; the caller knows that they are of the right kinds."""
    return SpeedChoices(**cast("dict[str, None]", dict(values)))


def encode_choices(choices: SpeedChoices) -> str:
    """JSON of what was chosen, on one line."""
    return json.dumps(choices.given(), sort_keys=True)


def decode_choices(text: str) -> SpeedChoices | None:
    """What `encode_choices` wrote; None for anything else."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read_choices(values)


def read_choices(values: object) -> SpeedChoices | None:
    """SpeedChoices from a table of JSON; None when a name or a value is not known."""
    if not isinstance(values, dict):
        return None
    table = cast("dict[str, object]", values)
    read = {name: _read(name, value) for name, value in table.items()}
    if any(value is None for value in read.values()):
        return None
    return choices_of(cast("dict[str, Value]", read))


def _read(name: str, value: object) -> Value | None:
    match name, value:
        case "flash_attention" | "prediction", bool():
            return value
        case _, bool():
            return None
        case "threads" | "reading_threads", int() if 1 <= value <= MOST_THREADS:
            return value
        case "batch", int() if LEAST_BATCH <= value <= MOST_BATCH:
            return value
        case "gpu_layers", int() if value >= 0:
            return value
        case "kv_type", str() if value in get_args(KvType):
            return value
        case "load_mode", str() if value in get_args(LoadMode):
            return value
        case "drafting", str() if value in get_args(Switch):
            return value
        case "gpu_split", list():
            return _read_split(cast("list[object]", value))
        case _:
            return None


def _read_split(shares: list[object]) -> tuple[float, ...] | None:
    numbers = [float(one) for one in shares if isinstance(one, int | float)]
    usable = all(math.isfinite(one) and one >= 0 for one in numbers) and sum(numbers) > 0
    if len(numbers) != len(shares) or len(numbers) > MOST_CARDS or not usable:
        return None
    return tuple(numbers)


def spell(value: Value | None) -> str:
    """A value as a person writes it into the settings."""
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else "off"
        case tuple():
            return ",".join(f"{share:g}" for share in value) or "as planned"
        case _:
            return str(value)
