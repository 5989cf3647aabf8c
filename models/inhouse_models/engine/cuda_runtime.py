"""Loads NVIDIA's libraries out of Python packages, for a llama.cpp with CUDA and no toolkit."""

import ctypes
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

# Each needs the ones before it.
_LIBRARIES = ("libcudart.so.*", "libcublasLt.so.*", "libcublas.so.*")


def load_cuda_runtime() -> tuple[Path, ...]:
    """Load what `nvidia-cuda-runtime-cu12` and `nvidia-cublas-cu12` brought, and say which.

    Nothing is loaded unless llama.cpp was built with CUDA. The loader takes what is loaded already
    for what a library needs, by name; it does not look into Python packages itself.
    """
    if not any(True for place in _places("llama_cpp") for _ in place.glob("lib/libggml-cuda*")):
        return ()
    loaded: list[Path] = []
    for pattern in _LIBRARIES:
        for place in _places("nvidia"):
            for path in sorted(place.glob(f"*/lib/{pattern}")):
                try:
                    ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
                except OSError:
                    # llama.cpp then says itself what it does not find.
                    continue
                loaded.append(path)
    return tuple(loaded)


def _places(package: str) -> Iterator[Path]:
    """The folders of a package that may be installed; it is not imported."""
    found = find_spec(package)
    for place in (found and found.submodule_search_locations) or ():
        yield Path(place)
