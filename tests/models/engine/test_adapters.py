"""LoRA adapters: they change the text by their scale, and no state is shared between two sets."""

import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_adapter import write_tiny_adapter
from tiny_models import Kind

from inhouse_models.adapter import Adapter
from inhouse_models.chat import ModelError
from inhouse_models.engine.adapters import Adapters, read_adapters
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine

from .conftest import LoadedEngine

pytestmark = pytest.mark.model

WRITTEN = 16
TEXT = "Say something that hangs on all these words. " * 12
OPTIONS = EngineOptions(Path(), context=1024, threads=1, keys="f32", values="f32", drafting="off")


@pytest.fixture(scope="module", params=["qwen2", "qwen35"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture(scope="module")
def model(kind: Kind, tiny_model: Callable[[Kind], Path]) -> Path:
    return tiny_model(kind)


@pytest.fixture
def adapter(kind: Kind, tmp_path: Path) -> Path:
    path = tmp_path / "adapter.gguf"
    write_tiny_adapter(kind, path)
    return path


@contextmanager
def opened(model: Path, *lora: Adapter, states: Path | None = None) -> Generator[LoadedEngine]:
    engine = Engine(replace(OPTIONS, path=model, lora=lora, states=states))
    engine.start()
    try:
        yield LoadedEngine(engine)
    finally:
        engine.stop()


def written(model: Path, *lora: Adapter) -> tuple[int, ...]:
    """The greedy answer of a bare context, which is quicker than an engine."""
    weights = Weights(model)
    files = read_adapters(lora, weights.architecture)
    assert not isinstance(files, ModelError), files
    adapters = Adapters(weights, files)
    context = Context(weights, ContextOptions(cells=1024, threads=1))
    adapters.apply(context)
    next_rows = list(weights.tokenise(TEXT, special=False))
    ids: list[int] = []
    while len(ids) < WRITTEN:
        context.decode([Rows(0, next_rows)])
        next_rows = [int(context.logits().argmax())]
        ids += next_rows
    context.close()
    adapters.close()
    weights.close()
    return tuple(ids)


def refused(model: Path, *lora: Adapter) -> str:
    engine = Engine(replace(OPTIONS, path=model, lora=lora))
    engine.start()
    loaded = engine.loaded.result(timeout=60)
    engine.stop()
    assert isinstance(loaded, ModelError), loaded
    assert loaded.kind == "load"
    return loaded.text


def test_the_text_follows_the_adapter_and_its_scale(
    model: Path, adapter: Path, kind: Kind, tmp_path: Path
) -> None:
    other = tmp_path / "other.gguf"
    write_tiny_adapter(kind, other, seed=1)
    plain = written(model)
    texts = {
        plain,
        written(model, Adapter(adapter)),
        written(model, Adapter(adapter, 0.5)),
        written(model, Adapter(other)),
        written(model, Adapter(adapter), Adapter(other)),
    }
    assert len(texts) == 5
    assert written(model, Adapter(adapter, 0.0)) == plain


def test_saved_states_serve_only_the_adapters_they_were_made_with(
    model: Path, adapter: Path, kind: Kind, tmp_path: Path
) -> None:
    states = tmp_path / "states"

    def cached(*lora: Adapter) -> tuple[int, tuple[int, ...]]:
        with opened(model, *lora, states=states) as engine:
            ended = engine.ask(engine.chat(TEXT), max_tokens=WRITTEN).ended
            return ended.usage.cached_input_tokens, ended.ids

    cold, plain = cached()
    assert cold == 0
    cold, adapted = cached(Adapter(adapter))
    assert cold == 0
    assert adapted != plain
    assert cached(Adapter(adapter, 0.5))[0] == 0
    known, again = cached(Adapter(adapter))
    assert known > 0
    assert again == adapted
    # Without the adapter, or with it at 0, everything is as it was before.
    known, again = cached()
    assert known > 0
    assert again == plain
    assert cached(Adapter(adapter, 0.0)) == (known, plain)
    # The same name, another content.
    write_tiny_adapter(kind, adapter, seed=2)
    assert cached(Adapter(adapter))[0] == 0


def test_an_adapter_for_another_kind_of_model_is_refused(
    model: Path, kind: Kind, tmp_path: Path
) -> None:
    path = tmp_path / "foreign.gguf"
    write_tiny_adapter("qwen35" if kind == "qwen2" else "qwen2", path)
    assert "was made for a" in refused(model, Adapter(path))


def test_an_adapter_of_other_sizes_is_refused(small_model: Path, tmp_path: Path) -> None:
    """The real model has the tiny one's architecture, but other widths."""
    adapter = tmp_path / "tiny.gguf"
    write_tiny_adapter("qwen2", adapter)
    text = refused(small_model, Adapter(adapter))
    assert str(adapter) in text
    assert str(small_model) in text
    assert "another model" in text


def test_a_file_that_is_no_adapter_is_refused_in_one_line(model: Path, tmp_path: Path) -> None:
    missing, junk = tmp_path / "missing.gguf", tmp_path / "junk.gguf"
    junk.write_bytes(b"nothing of the kind")
    for path in (missing, junk, model):
        text = refused(model, Adapter(path))
        assert str(path) in text
        assert "\n" not in text


def test_a_damaged_adapter_is_refused(model: Path, adapter: Path) -> None:
    whole = adapter.read_bytes()
    adapter.write_bytes(whole[: len(whole) // 2])
    assert "cut short" in refused(model, Adapter(adapter))
    adapter.write_bytes(whole.replace(b"lora_b", b"lora_c"))
    assert "damaged" in refused(model, Adapter(adapter))
    # llama.cpp would abort at a number of another type.
    alpha = b"adapter.lora.alpha" + struct.pack("<I", 6)
    assert alpha in whole
    adapter.write_bytes(whole.replace(alpha, b"adapter.lora.alpha" + struct.pack("<I", 5)))
    assert "adapter.lora.alpha" in refused(model, Adapter(adapter))


def test_the_plan_counts_the_weights_of_an_adapter(adapter: Path, kind: Kind) -> None:
    files = read_adapters([Adapter(adapter)], "qwen2" if kind == "qwen2" else "qwen35")
    assert not isinstance(files, ModelError)
    assert 20_000 < files[0].size < adapter.stat().st_size
