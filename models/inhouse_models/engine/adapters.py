"""LoRA adapters: looked at before loading, held beside the weights, at work in a context."""

import ctypes
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inhouse_models.adapter import Adapter
from inhouse_models.chat import ModelError
from inhouse_models.engine.binding import library
from inhouse_models.engine.context import Context
from inhouse_models.engine.weights import LoadError, Weights
from inhouse_models.gguf import GgufFault, GgufHeader, read_header

ALPHA = "adapter.lora.alpha"
# Such an adapter works only from certain tokens on, which would have to be watched for.
INVOCATION = "adapter.alora.invocation_tokens"


@dataclass(frozen=True, slots=True)
class AdapterFile:
    """An adapter that can be loaded: `size` are the bytes of its weights, `digest` the sha256 of
    the whole file, since two adapters often differ in nothing but their numbers."""

    adapter: Adapter
    size: int
    digest: str


def read_adapters(
    adapters: Sequence[Adapter], architecture: str
) -> tuple[AdapterFile, ...] | ModelError:
    """The files of adapters for a model of this architecture ("" when it is not known)."""
    files: list[AdapterFile] = []
    for adapter in adapters:
        header = read_header(adapter.path)
        if isinstance(header, GgufFault):
            return ModelError("load", f"The adapter cannot be used: {header.text}.")
        fault = _judge(header, architecture)
        if fault:
            return ModelError("load", f"The adapter {adapter.path} cannot be used: {fault}.")
        try:
            with adapter.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return ModelError("load", f"{adapter.path} cannot be read: {error.strerror}.")
        files.append(AdapterFile(adapter, header.data_bytes, digest))
    return tuple(files)


def _judge(header: GgufHeader, architecture: str) -> str:
    """What is wrong with an adapter's header, where llama.cpp would say less or abort."""
    kinds = header.text("general.type"), header.text("adapter.type")
    if kinds != ("adapter", "lora"):
        return "it is not a LoRA adapter; llama.cpp's convert_lora_to_gguf.py makes one"
    if architecture and header.architecture != architecture:
        return f"it was made for a {header.architecture} model, and this one is {architecture}"
    if not isinstance(header.metadata.get(ALPHA), float):
        return f"it does not say {ALPHA}"
    if INVOCATION in header.lengths:
        return "it works only from certain tokens on (aLoRA), which inhouse does not support"
    return ""


class Adapters:
    """Adapters in memory. They are loaded before a context is made, which leaves room for them."""

    def __init__(self, weights: Weights, files: Sequence[AdapterFile]) -> None:
        self._files = tuple(files)
        self._pointers: list[Any] = []
        for file in self._files:
            path = file.adapter.path
            pointer = library().llama_adapter_lora_init(weights.pointer, str(path).encode())
            if not pointer:
                raise LoadError(
                    f"The adapter {path} cannot be used with {weights.path}: it is damaged, or"
                    " was made for another model. `inhouse engine log` says more."
                )
            self._pointers.append(pointer)

    def apply(self, context: Context) -> None:
        """Let a context that holds nothing yet answer with these adapters."""
        count = len(self._files)
        if not count:
            return
        # The binding wants pointers to pointers; llama.cpp's own are opaque.
        kind: Any = library().llama_adapter_lora_p_ctypes
        pointers = (kind * count)(*(ctypes.cast(one, kind) for one in self._pointers))
        scales = (ctypes.c_float * count)(*(file.adapter.scale for file in self._files))
        library().llama_set_adapters_lora(context.pointer, pointers, count, scales)
        # What counts for nothing changes nothing: states are the same with it and without.
        context.adapters = tuple(
            (file.digest, file.adapter.scale) for file in self._files if file.adapter.scale
        )

    def close(self) -> None:
        """Free them; the contexts that use them must be closed before."""
        for pointer in self._pointers:
            library().llama_adapter_lora_free(pointer)
        self._pointers.clear()
