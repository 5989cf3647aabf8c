"""Tiny models of the real architectures, for the engine and for hosts that a test breaks."""

import ctypes
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_models import Kind, write_tiny_model


@pytest.fixture(scope="module", autouse=True)
def memory_given_back() -> Iterator[None]:
    """What a file's models took is free for the next file.

    A closed engine leaves its tables to the garbage collector, and what it freed to the C library,
    which keeps it: a worker would hold gigabytes of it at the end.
    """
    yield
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


@pytest.fixture(scope="session")
def tiny_model(
    small_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Kind], Path]:
    """Write a tiny model with the small one's tokenizer; each kind once in a session."""
    folder = tmp_path_factory.mktemp("tiny")

    def write(kind: Kind) -> Path:
        path = folder / f"tiny-{kind}.gguf"
        if not path.exists():
            write_tiny_model(kind, small_model, path)
        return path

    return write


@pytest.fixture(scope="session")
def tiny_qwen2(tiny_model: Callable[[Kind], Path]) -> Path:
    """Attention only."""
    return tiny_model("qwen2")
