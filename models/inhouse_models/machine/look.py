"""Looks at the machine: everything that decides which model runs here, and how."""

from dataclasses import replace
from pathlib import Path

from inhouse_models.machine.facts import Machine
from inhouse_models.machine.graphics import look_at_graphics
from inhouse_models.machine.main_memory import count_allowed_cores, look_at_memory
from inhouse_models.machine.processor import count_physical_cores, look_at_processor
from inhouse_models.machine.source import Source, ThisMachine

_CONTAINERS = ("/.dockerenv", "/run/.containerenv")
_CONTAINER_GROUPS = ("docker", "kubepods", "lxc", "containerd")


def look_at_machine(source: Source | None = None) -> Machine:
    """What there is now. Takes milliseconds."""
    source = source or ThisMachine()
    memory = look_at_memory(source)
    gpus, unused = look_at_graphics(source, memory)
    return Machine(
        memory=memory.total,
        available=memory.available,
        cores=count_allowed_cores(source),
        gpus=gpus,
        processor=look_at_processor(source),
        swap=memory.swap,
        swap_free=memory.swap_free,
        memory_limit=memory.limit,
        unused_gpus=unused,
        surroundings=_look_around(source),
    )


def examine_machine(folder: Path, source: Source | None = None) -> Machine:
    """The same, with the speed of memory, which takes up to 0.3 seconds, and the space on the
    disk where models lie."""
    source = source or ThisMachine()
    machine = look_at_machine(source)
    threads = machine.processor.performance_cores or machine.processor.cores
    bandwidth = source.copying(min(threads, machine.cores))
    return replace(machine, bandwidth=bandwidth, disk_free=source.free_disk(folder))


def physical_cores() -> int:
    """Cores this process may use; a second thread on a core slows decoding down."""
    return count_physical_cores(ThisMachine())


def _look_around(source: Source) -> tuple[str, ...]:
    found: list[str] = []
    if "microsoft" in source.read("/proc/version").lower():
        found.append("WSL")
    groups = source.read("/proc/1/cgroup")
    inside = any(source.find(path) for path in _CONTAINERS)
    if inside or any(word in groups for word in _CONTAINER_GROUPS):
        found.append("container")
    return tuple(found)
