"""Decides whether llama.cpp was built for what this machine has, and how to get such a build.

The prebuilt wheels and what they need: the README of llama-cpp-python 0.3.36.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inhouse_models.backends.hardware import Hardware, Nvidia, Version
from inhouse_models.backends.installed import Backend, Installed
from inhouse_models.backends.toolchain import Toolchain

WHEELS = "https://abetlen.github.io/llama-cpp-python/whl"
LAST_PYTHON = (3, 12)
# The folder of wheels, and the least and greatest capability of a card that they are for.
_CUDA: Mapping[Version, tuple[Version, Version]] = {
    (11, 8): ((6, 0), (8, 9)),
    (12, 1): ((6, 0), (99, 0)),
    (12, 2): ((6, 0), (99, 0)),
    (12, 3): ((6, 0), (99, 0)),
    (12, 4): ((6, 0), (99, 0)),
    (12, 5): ((6, 0), (99, 0)),
    (13, 0): ((7, 5), (99, 0)),
    (13, 2): ((7, 5), (99, 0)),
}
_OLDEST_CUDA = min(_CUDA)
# engine/cuda_runtime.py loads them: the wheels look only where the system keeps its libraries.
_CUDA_12_PACKAGES = ("nvidia-cuda-runtime-cu12", "nvidia-cublas-cu12")
_ROCM_WHEELS: Version = (7, 2)
# What llama.cpp asks for before it compiles code with AMX (ggml-cpu/amx/common.h).
_WITHOUT_AMX = "-DCMAKE_C_FLAGS=-U__AMX_INT8__ -DCMAKE_CXX_FLAGS=-U__AMX_INT8__"
_PYTHON_HINT = "prebuilt wheels end at Python 3.12: uv tool install --python 3.12 inhouse"
_NAMES: Mapping[Backend, str] = {
    "cuda": "CUDA",
    "metal": "Metal",
    "rocm": "ROCm",
    "vulkan": "Vulkan",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a build: wheels from `index`, or compiled here with these CMake arguments.

    `libraries` are packages with libraries of NVIDIA that the wheel needs and the machine lacks.
    """

    backend: Backend
    index: str = ""
    cmake: str = ""
    libraries: tuple[str, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What the command needs in its environment."""
        return {"CMAKE_ARGS": self.cmake} if self.cmake else {}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the look has shown. `good` when nothing could be better.

    `text` is one line for a person. `way` is how to get the missing build; without one, `obstacle`
    says what has to be there first.
    """

    good: bool
    text: str
    way: Way | None = None
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a way depends on besides the hardware: compilers, and the version of Python."""

    toolchain: Toolchain = field(default_factory=Toolchain)
    python: Version = (3, 11)


def decide(installed: Installed, hardware: Hardware, circumstances: Circumstances) -> Decision:
    """Whether the installed build suits the hardware, and what would."""
    if hardware.driverless:
        text = "an NVIDIA card is here without NVIDIA's driver, so nothing can use it: install it"
        return Decision(good=False, text=text, obstacle=_driver_hint(hardware))
    wanted = _wanted(hardware)
    if not wanted and installed.wrong_amx:
        return _without_amx(installed, circumstances)
    if not wanted:
        return Decision(
            good=True, text=f"built for {_describe(installed)}; no graphics card to use"
        )
    if any(installed.has(backend) for backend in wanted):
        return Decision(
            good=True, text=f"built for {_describe(installed)}: {hardware.card} is used"
        )
    text = (
        f"built for {_describe(installed)} only, so {hardware.card} is not used: "
        "inhouse doctor --fix-build"
    )
    way = _find_way(hardware, circumstances)
    if isinstance(way, str):
        return Decision(good=False, text=text, obstacle=way)
    return Decision(good=False, text=text, way=way)


def _without_amx(installed: Installed, given: Circumstances) -> Decision:
    """The same build without the code that would end the engine, which does without it so far."""
    text = (
        f"{installed.wrong_amx} compiled its AMX code wrongly (GCC's bug 114098), so models are "
        "read without it and more slowly: inhouse doctor --fix-build"
    )
    if not given.toolchain.compiler:
        obstacle = "there is no C++ compiler: install g++ 13.3 or newer, then again"
        return Decision(good=False, text=text, obstacle=obstacle)
    return Decision(good=False, text=text, way=Way("cpu", cmake=_WITHOUT_AMX))


def _wanted(hardware: Hardware) -> tuple[Backend, ...]:
    """Backends that use the card, the best first; none without a card."""
    if hardware.maker == "nvidia":
        return ("cuda", "vulkan")
    if hardware.maker == "amd":
        return ("rocm", "vulkan")
    if hardware.maker == "intel":
        return ("sycl", "vulkan")
    return ("metal",) if hardware.maker == "apple" else ()


def _describe(installed: Installed) -> str:
    return ", ".join(installed.backends) or "nothing"


def name_of(backend: Backend) -> str:
    """What people call it."""
    return _NAMES.get(backend, backend)


def _find_way(hardware: Hardware, given: Circumstances) -> Way | str:
    """How to get the build, or what stands in the way: a sentence that says what to do."""
    if hardware.maker == "apple":
        return _find_metal(hardware, given)
    if hardware.maker in ("amd", "intel"):
        return _find_open(hardware, given)
    if hardware.nvidia is None:
        return "the NVIDIA driver does not answer: run nvidia-smi, and restart after an update"
    return _find_cuda(hardware, hardware.nvidia, given)


def _find_metal(hardware: Hardware, given: Circumstances) -> Way | str:
    if _has_wheels(given.python) and hardware.processor == "arm64":
        return Way("metal", index=f"{WHEELS}/metal")
    if given.toolchain.compiler:
        return Way("metal", cmake="-DGGML_METAL=on")
    return f"there is no compiler: xcode-select --install, then again. Or: {_PYTHON_HINT}"


def _find_cuda(hardware: Hardware, nvidia: Nvidia, given: Circumstances) -> Way | str:
    if nvidia.cuda < _OLDEST_CUDA:
        return (
            f"the NVIDIA driver runs CUDA up to {_dotted(nvidia.cuda)}, and "
            f"{_dotted(_OLDEST_CUDA)} is the least: {_driver_hint(hardware)}"
        )
    fitting = _fitting_wheels(nvidia)
    loadable = [version for version in fitting if version[0] in nvidia.runtimes]
    wheels = _has_wheels(given.python) and hardware.processor == "x86_64"
    if wheels and loadable:
        major, minor = max(loadable)
        return Way("cuda", index=f"{WHEELS}/cu{major}{minor}")
    nvcc = given.toolchain.nvcc
    if nvcc and nvcc <= nvidia.cuda and given.toolchain.compiler:
        return Way("cuda", cmake="-DGGML_CUDA=on")
    twelve = [version for version in fitting if version[0] == 12]
    if wheels and twelve:
        major, minor = max(twelve)
        return Way("cuda", index=f"{WHEELS}/cu{major}{minor}", libraries=_CUDA_12_PACKAGES)
    return _explain_cuda(hardware, nvidia, given, wheels=wheels)


def _fitting_wheels(nvidia: Nvidia) -> list[Version]:
    """Versions with wheels that the driver runs and the oldest card is good enough for."""
    return [
        version
        for version, (least, greatest) in _CUDA.items()
        if version <= nvidia.cuda and least <= nvidia.capability <= greatest
    ]


def _explain_cuda(hardware: Hardware, nvidia: Nvidia, given: Circumstances, *, wheels: bool) -> str:
    """What is missing for both ways to CUDA."""
    nvcc = given.toolchain.nvcc
    if nvcc and nvcc > nvidia.cuda:
        return (
            f"nvcc is of CUDA {_dotted(nvcc)} and the driver runs {_dotted(nvidia.cuda)} at most: "
            f"{_driver_hint(hardware)}"
        )
    if nvcc:
        return "there is no C++ compiler beside nvcc: install g++, then again"
    fitting = _fitting_wheels(nvidia)
    within = " for WSL (without its driver)" if hardware.wsl else ""
    if wheels and fitting:
        newest = _dotted(max(fitting))
        return (
            f"the prebuilt wheel needs CUDA {newest[:2]}'s libraries (libcudart, libcublas), "
            f"not installed: install NVIDIA's CUDA toolkit {newest}{within}, then again"
        )
    toolkit = (
        f"compiling needs NVIDIA's CUDA toolkit {_dotted(nvidia.cuda)} or older{within}, "
        "whose nvcc is not on the path"
    )
    if hardware.processor == "x86_64" and not _has_wheels(given.python):
        return f"{toolkit}. Or: {_PYTHON_HINT}"
    return toolkit


def _find_open(hardware: Hardware, given: Circumstances) -> Way | str:
    """For cards of AMD and Intel: ROCm where it is installed, else Vulkan."""
    linux = hardware.system == "Linux" and hardware.processor == "x86_64"
    rocm = (hardware.rocm if hardware.maker == "amd" else None) or (0, 0)
    if linux and rocm >= _ROCM_WHEELS and rocm[0] == _ROCM_WHEELS[0]:
        return Way("rocm", index=f"{WHEELS}/rocm72")
    if any(rocm) and given.toolchain.hipcc:
        return Way("rocm", cmake="-DGGML_HIP=on")
    if hardware.vulkan and linux:
        return Way("vulkan", index=f"{WHEELS}/vulkan")
    if hardware.vulkan and given.toolchain.shaders and given.toolchain.compiler:
        return Way("vulkan", cmake="-DGGML_VULKAN=on")
    if hardware.vulkan:
        return (
            "compiling for Vulkan needs glslc and the headers of Vulkan: install them, then again"
        )
    return (
        "no driver for computing is installed: install your distribution's Vulkan driver "
        "(mesa-vulkan-drivers and libvulkan1), then again"
    )


def _has_wheels(python: Version) -> bool:
    """Whether there are wheels with CUDA and Metal for this version of Python."""
    return (3, 10) <= python <= LAST_PYTHON


def _driver_hint(hardware: Hardware) -> str:
    if hardware.wsl:
        return "update NVIDIA's driver in Windows, not in WSL"
    return "install NVIDIA's newest driver, and restart"


def _dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
