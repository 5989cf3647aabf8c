"""Tiny models of the real architectures, for the engine and for hosts that a test breaks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import Kind, write_tiny_model


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
