"""Vectors of texts: the same in one part or several, alone or beside an answer, on both kinds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_models import Kind

from inhouse_models.chat import ModelError
from inhouse_models.engine.embedding import CHUNK, Embedded
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.worker import Engine

from .conftest import LoadedEngine

pytestmark = pytest.mark.model
TEXT = "def add(first, second): return first + second  # " * 12


def vectors_of(engine: LoadedEngine, *texts: str) -> list[list[float]]:
    ids = [engine.weights.tokenise(text, special=False) for text in texts]
    made = engine.engine.embed(ids).result(60)
    assert isinstance(made, Embedded), made
    assert made.tokens == sum(map(len, ids))
    assert len(made.vectors) == len(texts)
    return made.vectors


@pytest.mark.parametrize("kind", ["qwen2", "qwen35"])
def test_vectors(kind: Kind, tiny_model: Callable[[Kind], Path]) -> None:
    running = Engine(EngineOptions(tiny_model(kind), context=1024, threads=1, drafting="off"))
    running.start()
    engine = LoadedEngine(running)
    try:
        assert len(engine.weights.tokenise(TEXT, special=False)) > 2 * CHUNK
        first, other, again = vectors_of(engine, TEXT, "x = 1", TEXT)
        assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
        assert np.allclose(first, again, atol=1e-5) and not np.allclose(first, other, atol=0.01)
        assert np.allclose(other, vectors_of(engine, "x = 1")[0], atol=1e-5)
        # An answer goes on beside it, and is what it is alone.
        prompt = tuple(engine.weights.tokenise("Once upon a time", special=False))
        alone = engine.ask(prompt, max_tokens=12)
        ids = engine.weights.tokenise(TEXT, special=False)
        beside = running.embed([ids] * 3)
        assert engine.ask(prompt, max_tokens=12).text == alone.text
        made = beside.result(60)
        assert isinstance(made, Embedded) and np.allclose(made.vectors[2], first, atol=1e-5)
        long = running.embed([ids * 9]).result(60)
        assert isinstance(long, ModelError) and long.kind == "overflow" and "1024" in long.text
        nothing = running.embed([[]]).result(60)
        assert isinstance(nothing, ModelError) and nothing.kind == "request"
        # One that nobody waits for any more keeps nobody waiting.
        running.embed([ids] * 8).cancel()
        assert vectors_of(engine, "x = 1")[0] == pytest.approx(other, abs=1e-5)
    finally:
        running.stop()


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF")
    running = Engine(EngineOptions(path))
    running.start()
    error = running.embed([[1]]).result(60)
    assert isinstance(error, ModelError) and error.kind == "load"
    running.stop()
