"""Which build a machine needs and how it gets there, for machines as they are."""

from dataclasses import replace

import pytest

from inhouse_models.backends.decision import WHEELS, Circumstances, Way, decide
from inhouse_models.backends.hardware import Hardware, Nvidia
from inhouse_models.backends.installed import Installed
from inhouse_models.backends.toolchain import Toolchain

CPU = Installed("0.3.36", False, ("CPU",))
RTX = Hardware(
    card="NVIDIA GeForce RTX 4090",
    maker="nvidia",
    nvidia=Nvidia((12, 4), (8, 9), frozenset({12})),
)
RADEON = Hardware(card="Radeon RX 7900 XTX", maker="amd")
ARC = Hardware(card="Intel graphics card 56a0", maker="intel")
APPLE = Hardware("Darwin", "arm64", "Apple silicon", "apple")
BARE = Toolchain(compiler=False)
NVCC = Toolchain(nvcc=(12, 4))


def nvidia(
    cuda: tuple[int, int], capability: tuple[int, int] = (8, 9), runtimes: tuple[int, ...] = (12,)
) -> Hardware:
    return replace(RTX, nvidia=Nvidia(cuda, capability, frozenset(runtimes)))


def way_for(
    hardware: Hardware, toolchain: Toolchain = BARE, python: tuple[int, int] = (3, 12)
) -> Way | str:
    decision = decide(CPU, hardware, Circumstances(toolchain, python))
    assert not decision.good
    assert (decision.way is None) == bool(decision.obstacle)
    return decision.way or decision.obstacle


@pytest.mark.parametrize(
    ("hardware", "folder"),
    [
        (nvidia((12, 1)), "cu121"),
        (nvidia((12, 4)), "cu124"),
        (nvidia((12, 8)), "cu125"),
        (nvidia((13, 0), runtimes=(13,)), "cu130"),
        (nvidia((13, 1), runtimes=(12, 13)), "cu130"),
        (nvidia((13, 3), (12, 0), (13,)), "cu132"),
        (nvidia((13, 0), runtimes=(12,)), "cu125"),
        # Pascal: CUDA 13 no longer serves it.
        (nvidia((13, 0), (6, 1), (12, 13)), "cu125"),
        (nvidia((12, 0), runtimes=(11,)), "cu118"),
        (nvidia((11, 8), runtimes=(11,)), "cu118"),
        (replace(RADEON, rocm=(7, 2)), "rocm72"),
        (replace(RADEON, vulkan=True), "vulkan"),
        (replace(RADEON, rocm=(6, 4), vulkan=True), "vulkan"),
        (replace(ARC, vulkan=True, rocm=(7, 2)), "vulkan"),
        (APPLE, "metal"),
        (replace(RTX, wsl=True), "cu124"),
    ],
)
def test_a_prebuilt_wheel_where_there_is_one(hardware: Hardware, folder: str) -> None:
    backend = "cuda" if folder.startswith("cu") else folder.removesuffix("72")
    way = way_for(hardware)
    assert isinstance(way, Way)
    assert (way.backend, way.index, way.cmake) == (backend, f"{WHEELS}/{folder}", "")


@pytest.mark.parametrize(
    ("hardware", "folder"),
    [
        (nvidia((12, 4), runtimes=()), "cu124"),
        (nvidia((13, 0), runtimes=()), "cu125"),
        (replace(nvidia((12, 8), (12, 0), ()), wsl=True), "cu125"),
    ],
)
def test_a_driver_alone_is_enough(hardware: Hardware, folder: str) -> None:
    way = way_for(hardware)
    assert isinstance(way, Way)
    assert way.index == f"{WHEELS}/{folder}"
    assert way.libraries == ("nvidia-cuda-runtime-cu12", "nvidia-cublas-cu12")


@pytest.mark.parametrize(
    ("hardware", "toolchain", "python", "cmake"),
    [
        (RTX, NVCC, (3, 13), "-DGGML_CUDA=on"),
        (replace(RTX, processor="aarch64"), NVCC, (3, 12), "-DGGML_CUDA=on"),
        (nvidia((12, 4), (5, 2)), NVCC, (3, 12), "-DGGML_CUDA=on"),
        (nvidia((12, 4), runtimes=()), NVCC, (3, 12), "-DGGML_CUDA=on"),
        (replace(RADEON, rocm=(6, 4)), Toolchain(hipcc=True), (3, 12), "-DGGML_HIP=on"),
        (
            replace(RADEON, vulkan=True, processor="aarch64"),
            Toolchain(shaders=True),
            (3, 12),
            "-DGGML_VULKAN=on",
        ),
        (APPLE, Toolchain(), (3, 13), "-DGGML_METAL=on"),
    ],
)
def test_compiled_where_there_is_no_wheel(
    hardware: Hardware, toolchain: Toolchain, python: tuple[int, int], cmake: str
) -> None:
    way = way_for(hardware, toolchain, python)
    assert isinstance(way, Way)
    assert (way.index, way.cmake, way.environment) == ("", cmake, {"CMAKE_ARGS": cmake})


@pytest.mark.parametrize(
    ("hardware", "toolchain", "python", "words"),
    [
        (nvidia((11, 4)), NVCC, (3, 12), ("up to 11.4", "newest driver")),
        (replace(nvidia((11, 4)), wsl=True), NVCC, (3, 12), ("driver in Windows",)),
        (RTX, BARE, (3, 13), ("nvcc is not on the path", "--python 3.12")),
        (RTX, BARE, (3, 9), ("--python 3.12",)),
        (RTX, Toolchain(False, (12, 4)), (3, 13), ("no C++ compiler",)),
        (RTX, Toolchain(nvcc=(13, 0)), (3, 13), ("nvcc is of CUDA 13.0", "12.4 at most")),
        (nvidia((11, 8), runtimes=()), BARE, (3, 12), ("libcudart", "toolkit 11.8")),
        (replace(nvidia((11, 8), runtimes=()), wsl=True), BARE, (3, 12), ("for WSL",)),
        (replace(RTX, processor="aarch64"), BARE, (3, 12), ("toolkit 12.4 or older",)),
        (replace(RTX, nvidia=None), NVCC, (3, 12), ("nvidia-smi",)),
        (RADEON, Toolchain(), (3, 12), ("mesa-vulkan-drivers",)),
        (replace(RADEON, vulkan=True, processor="aarch64"), BARE, (3, 12), ("glslc",)),
        (APPLE, BARE, (3, 13), ("xcode-select --install", "--python 3.12")),
        (Hardware(driverless=True), NVCC, (3, 12), ("driver",)),
    ],
)
def test_what_stands_in_the_way(
    hardware: Hardware, toolchain: Toolchain, python: tuple[int, int], words: tuple[str, ...]
) -> None:
    obstacle = way_for(hardware, toolchain, python)
    assert isinstance(obstacle, str)
    for word in words:
        assert word in obstacle


@pytest.mark.parametrize(
    ("backends", "hardware"),
    [
        (("CPU",), Hardware()),
        (("CUDA", "CPU"), RTX),
        (("Vulkan", "CPU"), RTX),
        (("ROCm", "CPU"), RADEON),
        (("Vulkan", "CPU"), RADEON),
        (("SYCL", "CPU"), ARC),
        (("MTL", "BLAS", "CPU"), APPLE),
        (("Metal", "CPU"), APPLE),
        (("CPU",), Hardware("Darwin", "x86_64")),
    ],
)
def test_a_build_that_suits_is_left_alone(backends: tuple[str, ...], hardware: Hardware) -> None:
    decision = decide(Installed("0.3.36", True, backends), hardware, Circumstances())
    assert (decision.good, decision.way, decision.obstacle) == (True, None, "")


def test_a_missing_build_says_how_it_is_mended() -> None:
    for hardware in (RTX, RADEON, APPLE):
        text = decide(CPU, hardware, Circumstances()).text
        assert hardware.card in text
        assert "inhouse doctor --fix-build" in text
    cuda = Installed("0.3.36", True, ("CUDA", "CPU"))
    assert not decide(cuda, RADEON, Circumstances()).good


def test_amx_that_was_compiled_wrongly_is_compiled_anew_without() -> None:
    wrong = replace(CPU, wrong_amx="GCC 12.2")
    decision = decide(wrong, Hardware(), Circumstances(Toolchain()))
    assert not decision.good
    assert "GCC 12.2" in decision.text
    assert decision.text.endswith("inhouse doctor --fix-build")
    assert decision.way is not None
    assert decision.way.backend == "cpu"
    assert decision.way.cmake.count("-U__AMX_INT8__") == 2
    bare = decide(wrong, Hardware(), Circumstances(BARE))
    assert bare.way is None
    assert "install g++" in bare.obstacle
    # With a card it matters less than the card.
    assert decide(wrong, RTX, Circumstances(NVCC)).way == decide(CPU, RTX, Circumstances(NVCC)).way
