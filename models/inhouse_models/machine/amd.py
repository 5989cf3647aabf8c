"""AMD's graphics cards, as the Linux kernel describes them."""

from inhouse_models.machine.facts import Gpu, UnusedGpu
from inhouse_models.machine.source import Source

_NODES = "/sys/class/kfd/kfd/topology/nodes/*/properties"
_NAMES = "/usr/share/libdrm/amdgpu.ids"
# Transfers per clock and pin: GDDR6 moves 16, the HBM of compute cards 2.
_GDDR6, _HBM = 16, 2
_HBM_ARCHITECTURES = ("gfx906", "gfx908", "gfx90a", "gfx942", "gfx950")
_LEAST_CARD = 2 * 1024**3


def look_at_amd(source: Source, device: str) -> Gpu | UnusedGpu:
    """One card by its folder in sysfs."""
    total = _number(source.read(f"{device}/mem_info_vram_total"))
    used = _number(source.read(f"{device}/mem_info_vram_used"))
    name = _find_name(source, device)
    folder, node = _find_node(source, device)
    if node.get("cpu_cores_count", 0) or total < _LEAST_CARD:
        reason = "It is part of the processor and shares its memory: no gain over the processor."
        return UnusedGpu(name, reason)
    architecture = _spell(node.get("gfx_target_version", 0))
    bank = _read_numbers(source.read(f"{folder}/mem_banks/0/properties")) if folder else {}
    transfers = _HBM if architecture in _HBM_ARCHITECTURES else _GDDR6
    return Gpu(
        name=name,
        memory=total,
        free=total - used,
        maker="amd",
        architecture=architecture,
        bandwidth=bank.get("width", 0) // 8 * bank.get("mem_clk_max", 0) * 10**6 * transfers,
    )


def _find_name(source: Source, device: str) -> str:
    """What the board says, else what the graphics library calls this device and revision."""
    told = source.read(f"{device}/product_name")
    if told:
        return told
    number = source.read(f"{device}/device").removeprefix("0x").upper()
    revision = source.read(f"{device}/revision").removeprefix("0x").upper()
    for line in source.read(_NAMES).splitlines():
        parts = [part.strip() for part in line.split(",", 2)]
        if len(parts) == 3 and parts[:2] == [number, revision]:
            return parts[2]
    return "AMD graphics card"


def _find_node(source: Source, device: str) -> tuple[str, dict[str, int]]:
    """The compute driver's folder for a card and what stands in it, by place on the bus."""
    lines = source.read(f"{device}/uevent").splitlines()
    slot = next((line for line in lines if line.startswith("PCI_SLOT_NAME=")), "")
    location = _locate(slot.partition("=")[2])
    for path in source.find(_NODES):
        node = _read_numbers(source.read(path))
        if node.get("gfx_target_version") and node.get("location_id") == location:
            return path.removesuffix("/properties"), node
    return "", {}


def _locate(slot: str) -> int:
    """The number of a place such as 0000:03:00.0, as the compute driver writes it; -1 without."""
    words = slot.replace(".", ":").split(":")
    try:
        bus, place, function = (int(word, 16) for word in words[1:])
    except ValueError:
        return -1
    return bus << 8 | place << 3 | function


def _spell(version: int) -> str:
    """gfx1100 for 110000; the last two numbers are hexadecimal digits."""
    if not version:
        return ""
    return f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}"


def _read_numbers(text: str) -> dict[str, int]:
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
