"""Ends a running decode within milliseconds, without Python in between."""

import ctypes
from typing import Any

from inhouse_models.engine.binding import library


class Interruption:
    """A flag that llama.cpp looks at between the nodes of its graph, on processors only.

    A callback in Python would cost up to a second per token while other threads are busy. `strlen`
    of the C library is one without it: it is not zero as soon as the first byte is set.
    """

    def __init__(self, context: Any) -> None:
        functions = library()
        self._flag = ctypes.create_string_buffer(2)
        self._callback = ctypes.cast(ctypes.CDLL(None).strlen, functions.ggml_abort_callback)
        functions.llama_set_abort_callback(
            context, self._callback, ctypes.cast(self._flag, ctypes.c_void_p)
        )

    def request(self) -> None:
        """End what is being decoded, or what will be next; from any thread."""
        self._flag[0] = b"\x01"

    def clear(self) -> None:
        """Let the next decode run."""
        self._flag[0] = b"\x00"
