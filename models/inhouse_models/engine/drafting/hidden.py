"""The hidden rows that a context computes beside its logits.

llama-cpp-python keeps these functions in a module that it calls unstable: they are looked for, and
whoever needs them does without when they are not there.
"""

import importlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inhouse_models.engine.binding import library
from inhouse_models.engine.context import Context

Hidden = NDArray[np.float32]
NEEDED = ("llama_set_embeddings_nextn", "llama_get_embeddings_nextn")


@cache
def hidden_functions() -> Any | None:
    """The module with the functions; None where this build of llama.cpp does not have them."""
    try:
        module = importlib.import_module("llama_cpp.llama_cpp_ext")
    except (ImportError, AttributeError):
        # A symbol that the library does not export is an AttributeError of the module.
        return None
    return module if all(hasattr(module, name) for name in NEEDED) else None


class HiddenRows:
    """Lets a context give its hidden rows from now on; needs `hidden_functions`.

    With `outputs_only` a batch has one for each row that gives logits, else one for every row.
    """

    def __init__(self, context: Context, *, outputs_only: bool) -> None:
        self._functions = hidden_functions()
        self._context = context
        self._outputs_only = outputs_only
        self.width = int(library().llama_model_n_embd_out(context.weights.pointer))
        self._switch(on=True)

    def read(self, count: int) -> Hidden | None:
        """A view of the first `count` rows of the last batch, shape (count, width), valid until
        the next one; None when there are none."""
        functions: Any = self._functions
        pointer: Any = functions.llama_get_embeddings_nextn(self._context.pointer)
        return np.ctypeslib.as_array(pointer, (count, self.width)) if pointer else None

    def stop(self) -> None:
        """Let the context not give them any more."""
        self._switch(on=False)

    def _switch(self, *, on: bool) -> None:
        functions: Any = self._functions
        functions.llama_set_embeddings_nextn(self._context.pointer, on, on and self._outputs_only)
