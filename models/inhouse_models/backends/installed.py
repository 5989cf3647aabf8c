"""Asks the installed llama-cpp-python what it was built with, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from inhouse_models.host.process import run_program

Backend = Literal["cuda", "metal", "rocm", "vulkan", "sycl", "cpu"]
# The name that each backend of ggml registers under.
_NAMES: Mapping[str, Backend] = {
    "cuda": "cuda",
    "metal": "metal",
    "mtl": "metal",
    "rocm": "rocm",
    "hip": "rocm",
    "vulkan": "vulkan",
    "sycl": "sycl",
    "cpu": "cpu",
}
ASK = (sys.executable, "-I", "-m", "inhouse_models.engine.build_facts")
_SECONDS = 60.0
_KEPT_LINES = 20


@dataclass(frozen=True, slots=True)
class Device:
    """Something that llama.cpp can compute on, in its own words."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Installed:
    """What llama.cpp says of itself. `backends` as it names them, `system` its instruction sets.

    `wrong_amx` is the compiler that compiled its AMX code wrongly, where one did.
    """

    version: str
    gpu_offload: bool
    backends: tuple[str, ...]
    devices: tuple[Device, ...] = ()
    system: str = ""
    wrong_amx: str = ""

    def has(self, backend: Backend) -> bool:
        """Whether it was built with this backend."""
        return backend in {_NAMES.get(name.lower()) for name in self.backends}


@dataclass(frozen=True, slots=True)
class InstalledFault:
    """Why llama.cpp does not even load, in a sentence for a person."""

    text: str


async def ask_installed(argv: Sequence[str] = ASK) -> Installed | InstalledFault:
    """What the llama.cpp of this installation is; takes about a second."""
    lines: list[str] = []

    def listen(line: str) -> None:
        lines.append(line)
        del lines[:-_KEPT_LINES]

    try:
        async with asyncio.timeout(_SECONDS):
            code = await run_program(argv, listen)
    except TimeoutError:
        return InstalledFault(f"llama.cpp did not answer within {_SECONDS:.0f} s")
    except OSError as error:
        return InstalledFault(f"{argv[0]} cannot be started: {error.strerror}")
    spoken = [line for line in lines if line.strip()]
    if code < 0:
        return InstalledFault(f"llama.cpp crashed while it was loaded (signal {-code})")
    if code or not spoken:
        said = spoken[-1] if spoken else f"exit code {code}"
        return InstalledFault(f"llama.cpp cannot be loaded: {said}")
    read = read_facts(spoken[-1])
    return read or InstalledFault("llama.cpp gave no answer that can be read")


def read_facts(line: str) -> Installed | None:
    """The facts from a line of JSON; None when they are not shaped so."""
    try:
        data = cast("dict[str, object]", json.loads(line))
        version, system = data["version"], data["system"]
        backends = cast("list[object]", data["backends"])
        listed = cast("list[dict[str, object]]", data["devices"])
        devices = tuple(Device(str(one["name"]), str(one["description"])) for one in listed)
        return Installed(
            str(version),
            bool(data["gpu_offload"]),
            tuple(str(name) for name in backends),
            devices,
            str(system),
            str(data.get("wrong_amx", "")),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
