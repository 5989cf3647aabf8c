"""Machines and models that plans are tried on."""

from typing import Literal

from inhouse_models.machine import GIB
from inhouse_models.memory.device import Device
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.shape import ModelShape

SIZES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
KINDS = ("cuda", "metal", "cpu")


def make_machine(kind: Literal["cuda", "metal", "cpu"], gib: float) -> tuple[Device, ...]:
    """A machine of this size: a card with half a GiB taken beside 32 GiB of main memory, or
    memory of which the system and other programs have 15 %."""
    if kind == "cuda":
        card = Device("card", "cuda", int(gib * GIB), max(int((gib - 0.5) * GIB), 0))
        return (card, Device("main memory", "cpu", 32 * GIB, 27 * GIB))
    total, free = int(gib * GIB), int(gib * GIB * 0.85)
    host = Device("main memory", "cpu", total, free)
    if kind == "cpu":
        return (host,)
    return (Device("chip", "metal", total * 3 // 4, free * 3 // 4), host)


def shape_of(name: str) -> ModelShape:
    """The published shape of a model of the catalogue."""
    return known_shapes()[name]
