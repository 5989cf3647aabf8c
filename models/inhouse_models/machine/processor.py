"""The processor: its name, the instructions that llama.cpp gains by, and its cores."""

from inhouse_models.machine.facts import Processor
from inhouse_models.machine.source import Source

# Flags of the kernel, and what people call them; best first.
X86 = {
    "amx_int8": "AMX",
    "avx512f": "AVX-512",
    "avx512_vnni": "AVX-512 VNNI",
    "avx_vnni": "AVX-VNNI",
    "avx2": "AVX2",
    "fma": "FMA",
    "f16c": "F16C",
}
ARM = {
    "sve2": "SVE2",
    "sve": "SVE",
    "i8mm": "int8 matrices",
    "asimddp": "dot product",
    "asimd": "NEON",
}
APPLE = {"FEAT_SME": "SME", "FEAT_I8MM": "int8 matrices", "FEAT_DotProd": "dot product"}
_CORES = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def look_at_processor(source: Source) -> Processor:
    """What the kernel says of it."""
    if source.system == "Darwin":
        return _look_at_apple(source)
    fields = _fields(source.read("/proc/cpuinfo"))
    name = fields.get("model name") or fields.get("Model") or source.architecture
    flags = set((fields.get("flags") or fields.get("Features") or "").split())
    known = ARM if "asimd" in flags else X86
    instructions = tuple(name for flag, name in known.items() if flag in flags)
    return Processor(
        name=" ".join(name.split()),
        instructions=instructions,
        cores=count_physical_cores(source),
        performance_cores=_count_performance_cores(source),
    )


def count_physical_cores(source: Source) -> int:
    """Cores this process may use; a second thread on a core slows decoding down."""
    allowed = source.allowed_cores()
    if source.system == "Darwin":
        return _number(source.sysctl("hw.physicalcpu")) or len(allowed)
    siblings = {source.read(_CORES.format(number)) for number in allowed}
    if "" in siblings:
        told = _number(_fields(source.read("/proc/cpuinfo")).get("cpu cores", ""))
        return min(told, len(allowed)) or len(allowed)
    return max(len(siblings), min(len(allowed), 2))


def _look_at_apple(source: Source) -> Processor:
    has = [name for key, name in APPLE.items() if source.sysctl(f"hw.optional.arm.{key}") == "1"]
    neon = ["NEON"] if source.architecture == "arm64" else []
    return Processor(
        name=source.sysctl("machdep.cpu.brand_string") or source.architecture,
        instructions=(*has, *neon),
        cores=count_physical_cores(source),
        performance_cores=_number(source.sysctl("hw.perflevel0.physicalcpu")),
    )


def _count_performance_cores(source: Source) -> int:
    """Fast cores where there are two kinds: Intel's hybrids, and ARM's by capacity."""
    fast = _spread(source.read("/sys/devices/cpu_core/cpus"))
    if fast and source.read("/sys/devices/cpu_atom/cpus"):
        allowed = [number for number in source.allowed_cores() if number in fast]
        return len({source.read(_CORES.format(number)) or str(number) for number in allowed})
    paths = source.find("/sys/devices/system/cpu/cpu*/cpu_capacity")
    capacities = [_number(source.read(path)) for path in paths]
    if len(set(capacities)) < 2:
        return 0
    return sum(1 for capacity in capacities if 2 * capacity > max(capacities))


def _spread(text: str) -> frozenset[int]:
    """The numbers of a list such as "0-7,16"."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def _fields(text: str) -> dict[str, str]:
    """Names and values of the first processor in the kernel's list."""
    pairs = (line.split(":", 1) for line in text.partition("\n\n")[0].splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
