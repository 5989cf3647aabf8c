"""The machine that figures were measured on, in a line."""

import os
import platform
from pathlib import Path

PROCESSORS = Path("/proc/cpuinfo")


def describe_machine() -> str:
    """The cores that may be used, the processor and the system."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    name = platform.processor() or platform.machine()
    if PROCESSORS.exists():
        lines = PROCESSORS.read_text("utf-8", "replace").splitlines()
        models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        name = next(models, name)
    return f"{cores} cores, {name}, {platform.system()}"
