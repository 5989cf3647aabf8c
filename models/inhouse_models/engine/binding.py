"""The C functions of llama.cpp, loaded once with the settings that must be made before loading."""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any

from inhouse_models.engine.cuda_runtime import load_cuda_runtime

# Read by libgomp when it is loaded: short spinning keeps the person's compiler running fast. ms per
# token of the 0.5B, alone and beside two busy loops: 23 and 53 by default, 25 and 47 like this,
# 50 and 99 without any. Beside another program that spins, a token of the 1.5B took 3.4 s.
# And an abort must not start a debugger that prints kilobytes to the terminal.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
os.environ.setdefault("GGML_NO_BACKTRACE", "1")

LOG_WARN = 3
LOG_CONTINUED = 5
_keep_alive: list[object] = []
# The process that was forked, when this is one.
_forked: list[int] = []


class ForkError(RuntimeError):
    """llama.cpp was used in a process that was forked after it had been loaded."""


@cache
def library() -> Any:
    """The ctypes functions of llama.cpp (module `llama_cpp.llama_cpp`), backends initialised.

    Raises ForkError in a process that was forked after this was called first: the threads of
    OpenMP did not come along, and decoding would wait for them for ever.
    """
    if _forked:
        raise ForkError("The engine was loaded before this process was forked: start a program.")
    load_cuda_runtime()
    import llama_cpp.llama_cpp as functions

    _install_log(functions, lambda _line: None, LOG_WARN)
    functions.llama_backend_init()
    os.register_at_fork(after_in_child=_refuse)
    return functions


def _refuse() -> None:
    _forked.append(os.getpid())
    library.cache_clear()


def library_version() -> str:
    """The version of llama-cpp-python, and so of the llama.cpp inside it."""
    return version("llama-cpp-python")


def log_to(write: Callable[[str], None], level: int = LOG_WARN) -> None:
    """Send llama.cpp's own messages of at least `level` to `write`; until then they are dropped."""
    _install_log(library(), write, level)


def share_log(set_log: Callable[..., None]) -> None:
    """Send the messages of another library of llama.cpp to where its own go."""
    set_log(_keep_alive[-1], ctypes.c_void_p(0))


def _install_log(functions: Any, write: Callable[[str], None], level: int) -> None:
    @functions.llama_log_callback
    def callback(message_level: int, text: bytes, _data: object) -> None:
        if level <= message_level < LOG_CONTINUED:
            write(text.decode("utf-8", "replace").rstrip("\n"))

    _keep_alive.append(callback)
    functions.llama_log_set(callback, ctypes.c_void_p(0))
