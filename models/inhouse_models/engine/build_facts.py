"""Prints as JSON what the installed llama.cpp was built with, as a program of its own.

`python -I -m inhouse_models.engine.build_facts`; inhouse_models.backends.installed reads it.
"""

import ctypes
import json
import sys
from typing import Any

from inhouse_models.engine.binding import library, library_version
from inhouse_models.engine.compiled_amx import wrong_amx


def build_facts() -> dict[str, object]:
    """Version, instruction sets, and the backends and devices that llama.cpp has registered."""
    functions = library()
    ggml = _load_ggml()
    return {
        "version": library_version(),
        "gpu_offload": bool(functions.llama_supports_gpu_offload()),
        "system": functions.llama_print_system_info().decode("utf-8", "replace").strip(),
        "wrong_amx": wrong_amx(),
        "backends": _backends(ggml),
        "devices": _devices(ggml),
    }


def _load_ggml() -> Any:
    """The library of the backends, whose registry the bindings leave out."""
    from llama_cpp._ggml import libggml

    texts = ("ggml_backend_reg_name", "ggml_backend_dev_name", "ggml_backend_dev_description")
    for name in texts:
        getattr(libggml, name).restype = ctypes.c_char_p
        getattr(libggml, name).argtypes = [ctypes.c_void_p]
    for name in ("ggml_backend_reg_get", "ggml_backend_dev_get"):
        getattr(libggml, name).restype = ctypes.c_void_p
        getattr(libggml, name).argtypes = [ctypes.c_size_t]
    for name in ("ggml_backend_reg_count", "ggml_backend_dev_count"):
        getattr(libggml, name).restype = ctypes.c_size_t
        getattr(libggml, name).argtypes = []
    return libggml


def _backends(ggml: Any) -> list[str]:
    count = ggml.ggml_backend_reg_count()
    entries = (ggml.ggml_backend_reg_get(number) for number in range(count))
    return [_decode(ggml.ggml_backend_reg_name(entry)) for entry in entries]


def _devices(ggml: Any) -> list[dict[str, str]]:
    count = ggml.ggml_backend_dev_count()
    entries = [ggml.ggml_backend_dev_get(number) for number in range(count)]
    return [
        {
            "name": _decode(ggml.ggml_backend_dev_name(entry)),
            "description": _decode(ggml.ggml_backend_dev_description(entry)),
        }
        for entry in entries
    ]


def _decode(text: bytes | None) -> str:
    return (text or b"").decode("utf-8", "replace")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build_facts()) + "\n")
