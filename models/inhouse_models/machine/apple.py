"""Apple's chips: what part of memory their GPU may use, and how fast it is."""

import tomllib
from pathlib import Path
from typing import Any

from inhouse_models.machine.facts import GIB, Gpu
from inhouse_models.machine.main_memory import MainMemory
from inhouse_models.machine.source import Source

# Metal's recommendedMaxWorkingSetSize in logs of llama.cpp: 10.67 of 16, 48 of 64 GiB. Later
# versions of macOS give somewhat more.
_SMALL = 32 * GIB


def look_at_apple(source: Source, memory: MainMemory) -> Gpu:
    """The GPU, which shares main memory."""
    name = source.sysctl("machdep.cpu.brand_string") or "Apple silicon"
    set_limit = source.sysctl("iogpu.wired_limit_mb")
    if set_limit.isdigit() and int(set_limit):
        limit = min(int(set_limit) * 1024**2, memory.total)
    else:
        limit = memory.total * 2 // 3 if memory.total <= _SMALL else memory.total * 3 // 4
    fast = source.sysctl("hw.perflevel0.physicalcpu")
    chip = _find_chip(name, int(fast) if fast.isdigit() else 0)
    return Gpu(
        name=name,
        memory=limit,
        free=min(limit, memory.available),
        shared=True,
        maker="apple",
        bandwidth=chip.get("bandwidth", 0) * 10**9,
        arithmetic=chip.get("gflops", 0) * 10**9,
    )


def _find_chip(name: str, fast: int) -> dict[str, Any]:
    """What the table says of a chip; of one in two sizes the one with these fast cores."""
    text = Path(__file__).with_name("chips.toml").read_text(encoding="utf-8")
    chips = [chip for chip in tomllib.loads(text)["chip"] if chip["name"] == name]
    fitting = [chip for chip in chips if chip.get("performance_cores", fast) <= fast]
    return (fitting or chips)[-1 if fitting else 0] if chips else {}
