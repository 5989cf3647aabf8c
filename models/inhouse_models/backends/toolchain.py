"""Which compilers are here: what building llama.cpp from source takes."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inhouse_models.host.process import run_program

_HEADERS = Path("/usr/include/vulkan/vulkan.h")
Find = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Toolchain:
    """Compilers that were found. `nvcc` is the version of NVIDIA's, None when it is not here.

    `shaders` is whether the compiler for Vulkan's shaders and its headers are here.
    """

    compiler: bool = True
    nvcc: tuple[int, int] | None = None
    hipcc: bool = False
    shaders: bool = False


async def look_at_toolchain(find: Find = shutil.which) -> Toolchain:
    """What there is now; asks nvcc for its version."""
    compiler = any(find(name) for name in ("c++", "g++", "clang++"))
    return Toolchain(
        compiler,
        await _ask_nvcc(find("nvcc") or find("/usr/local/cuda/bin/nvcc")),
        find("hipcc") is not None,
        find("glslc") is not None and has_headers(),
    )


def has_headers() -> bool:
    """Whether the headers of Vulkan are where distributions put them."""
    return _HEADERS.exists()


async def _ask_nvcc(program: str | None) -> tuple[int, int] | None:
    if program is None:
        return None
    lines: list[str] = []
    try:
        await run_program([program, "--version"], lines.append)
    except OSError:
        return None
    return read_nvcc("\n".join(lines))


def read_nvcc(text: str) -> tuple[int, int] | None:
    """The version in what `nvcc --version` prints."""
    found = re.search(r"release (\d{1,3})\.(\d{1,3})", text)
    return (int(found[1]), int(found[2])) if found else None
