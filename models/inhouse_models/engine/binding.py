"""The C functions of llama.cpp, loaded once with the settings that must be made before loading."""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any

# libgomp reads these when it is loaded: short spinning keeps the person's compiler running fast,
# and an abort must not start a debugger that prints kilobytes to the terminal.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
os.environ.setdefault("GGML_NO_BACKTRACE", "1")

LOG_WARN = 3
LOG_CONTINUED = 5
_keep_alive: list[object] = []


@cache
def library() -> Any:
    """The ctypes functions of llama.cpp (module `llama_cpp.llama_cpp`), backends initialised."""
    import llama_cpp.llama_cpp as functions

    _install_log(functions, lambda _line: None, LOG_WARN)
    functions.llama_backend_init()
    return functions


def library_version() -> str:
    """The version of llama-cpp-python, and so of the llama.cpp inside it."""
    return version("llama-cpp-python")


def log_to(write: Callable[[str], None], level: int = LOG_WARN) -> None:
    """Send llama.cpp's own messages of at least `level` to `write`; until then they are dropped."""
    _install_log(library(), write, level)


def _install_log(functions: Any, write: Callable[[str], None], level: int) -> None:
    @functions.llama_log_callback
    def callback(message_level: int, text: bytes, _data: object) -> None:
        if level <= message_level < LOG_CONTINUED:
            write(text.decode("utf-8", "replace").rstrip("\n"))

    _keep_alive.append(callback)
    functions.llama_log_set(callback, ctypes.c_void_p(0))
