"""What this machine offers a model: memory, processor, graphics cards. Without llama.cpp."""

from inhouse_models.machine.facts import (
    GIB,
    Bandwidth,
    Gpu,
    Machine,
    Processor,
    UnusedGpu,
)
from inhouse_models.machine.load_meter import LoadMeter
from inhouse_models.machine.look import examine_machine, look_at_machine, physical_cores

__all__ = [
    "GIB",
    "Bandwidth",
    "Gpu",
    "LoadMeter",
    "Machine",
    "Processor",
    "UnusedGpu",
    "examine_machine",
    "look_at_machine",
    "physical_cores",
]
