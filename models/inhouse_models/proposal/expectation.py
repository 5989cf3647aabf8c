"""How fast a plan should be on a machine: by bandwidth when it writes, by arithmetic when it
reads."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from inhouse_models.machine import Machine
from inhouse_models.memory.plan import DeviceUse, MemoryPlan
from inhouse_models.memory.shape import ModelShape

# Where the second figure is told: a conversation of some length.
DEEP = 32_768


class Counted(Protocol):
    """What of a model decides its arithmetic, as a catalogue entry has it."""

    @property
    def parameters(self) -> float:
        """Weights, in billions."""
        ...

    @property
    def read_share(self) -> float:
        """How much of them is read for a token."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """The same of a model that no catalogue knows."""

    parameters: float
    read_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Expectation:
    """Tokens a second; 0 where nobody knows. `writing_deep` is behind `depth` tokens.

    `measured` is whether the shares behind it were measured on such a device, `source` where.
    """

    writing: float
    writing_deep: float
    depth: int
    reading: float
    measured: bool
    source: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What a kind of device reaches of what it could; see references.toml."""

    writing: float
    reading: float
    experts: float
    source: str
    measured: bool
    core_bytes: int = 0
    core_arithmetic: int = 0


@cache
def references() -> dict[str, Reference]:
    """By the kind of device. Raises on a table we wrote wrongly."""
    text = Path(__file__).with_name("references.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {kind: Reference(**table) for kind, table in tables.items()}


def expect(entry: Counted, shape: ModelShape, plan: MemoryPlan, machine: Machine) -> Expectation:
    """What the parts of a plan come to: one device works after the other."""
    shares = [_share(entry, shape, plan, use) for use in plan.uses]
    depth = min(DEEP, plan.context)
    mixed = entry.read_share < 1
    rates = [_writing_rate(machine, use, number, mixed) for number, use in enumerate(plan.uses)]
    speeds = [_reading_rate(machine, use, number, mixed) for number, use in enumerate(plan.uses)]
    start = _together([share.weights for share in shares], rates)
    deep = _together([share.at(depth) for share in shares], rates)
    weights = sum(share.weights for share in shares)
    operations = 2e9 * entry.parameters * entry.read_share
    reading = _together([operations * share.weights / weights for share in shares], speeds)
    working = [use for use, share in zip(plan.uses, shares, strict=True) if share.weights]
    slowest = references()[working[-1].kind]
    return Expectation(
        writing=start,
        writing_deep=deep,
        depth=depth,
        reading=reading,
        measured=all(references()[use.kind].measured for use in working),
        source=slowest.source,
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """What one device reads for a token: bytes of weights, and of keys and values per token."""

    weights: float
    kv_token: float

    def at(self, depth: int) -> float:
        return self.weights + self.kv_token * depth


def _share(entry: Counted, shape: ModelShape, plan: MemoryPlan, use: DeviceUse) -> _Share:
    weights = use.load.weights
    if use.kind == "cpu" and plan.gpu_layers:
        # Of the table of the vocabulary only one row is looked up.
        weights = max(weights - shape.table_bytes, 0)
    return _Share(weights * entry.read_share, use.load.kv / max(plan.cells, 1))


def _writing_rate(machine: Machine, use: DeviceUse, number: int, mixed: bool) -> float:
    """Bytes that the device reads in a second of writing; 0 when not known."""
    reference = references()[use.kind]
    part = reference.experts if mixed else 1.0
    if use.kind != "cpu":
        return machine.gpus[number].bandwidth * reference.writing * part
    most = (machine.processor.cores or machine.cores) * reference.core_bytes
    if machine.bandwidth is None:
        return 0.0
    return min(most, machine.bandwidth.bytes_per_second * reference.writing) * part


def _reading_rate(machine: Machine, use: DeviceUse, number: int, mixed: bool) -> float:
    """Operations that the device does in a second of reading; 0 when not known."""
    reference = references()[use.kind]
    part = reference.experts if mixed else 1.0
    if use.kind != "cpu":
        return machine.gpus[number].arithmetic * reference.reading * part
    fast = machine.processor.performance_cores or machine.processor.cores or machine.cores
    return fast * reference.core_arithmetic * part


def _together(amounts: list[float], rates: list[float]) -> float:
    """Tokens a second when each device does its part; 0 when the rate of one is not known."""
    pairs = [(amount, rate) for amount, rate in zip(amounts, rates, strict=True) if amount]
    if not pairs or not all(rate for _, rate in pairs):
        return 0.0
    return 1 / sum(amount / rate for amount, rate in pairs)
