"""Settings before trials before the plan: what a model is loaded with, and what is said of it."""

from pathlib import Path

import pytest
from tests.models.engine.conftest import LoadedEngine
from tests.models.gguf_files import make_gguf

from inhouse_models.chat import ModelError
from inhouse_models.engine.loading import EngineOptions, Loading, plan_loading
from inhouse_models.engine.origins import describe_speed
from inhouse_models.engine.trials.bench import ModelBench, Size
from inhouse_models.engine.worker import Engine
from inhouse_models.speed.choices import SpeedChoices
from inhouse_models.speed.facts import machine_facts
from inhouse_models.speed.remembered import Tuned, remember

FOUND = SpeedChoices(threads=1, reading_threads=2, batch=1024, flash_attention=True)


def plan(options: EngineOptions) -> Loading:
    loading = plan_loading(options)
    assert isinstance(loading, Loading), loading
    return loading


def origins(options: EngineOptions) -> dict[str, tuple[str, str]]:
    loading = plan(options)
    said = describe_speed(loading, loading.context, None)
    return {name: (one["value"], one["from"]) for name, one in said.items()}


@pytest.fixture
def wide_model(tmp_path: Path) -> Path:
    """A header of a model whose attention scores take much memory; nothing can load it."""
    path = tmp_path / "wide.gguf"
    path.write_bytes(
        make_gguf(
            {
                "qwen2.context_length": 262_144,
                "qwen2.embedding_length": 8192,
                "qwen2.feed_forward_length": 1024,
                "qwen2.attention.head_count": 128,
                "qwen2.attention.head_count_kv": 1,
            }
        )
    )
    return path


@pytest.mark.model
def test_what_a_person_sets_goes_before_what_was_found(tiny_qwen2: Path) -> None:
    free = EngineOptions(tiny_qwen2, context=1024, threads=None)
    before = plan(free)
    assert origins(free)["flash_attention"] == ("off", "planned")
    assert origins(free)["batch"] == ("512", "default")
    remember(tiny_qwen2, Tuned(FOUND, 2.0, 1.0, 0.0))
    found = plan(free).context
    assert (found.threads, found.reading_threads) == (1, 2)
    assert (found.chunk, found.batch, found.flash_attention) == (1024, 1024, True)
    assert origins(free)["flash_attention"] == ("on", "tuned")
    assert origins(free)["kv_type"] == ("f16", "planned")
    own = SpeedChoices(batch=64, flash_attention=False)
    by_hand = EngineOptions(tiny_qwen2, context=1024, threads=4, speed=own)
    context = plan(by_hand).context
    assert (context.threads, context.reading_threads) == (4, 2)
    assert (context.chunk, context.batch, context.flash_attention) == (64, 512, False)
    assert origins(by_hand)["threads"] == ("4", "set")
    assert origins(by_hand)["reading_threads"] == ("2", "tuned")
    assert origins(by_hand)["batch"] == ("64", "set")
    # And none of it where trials are made.
    assert plan(EngineOptions(tiny_qwen2, context=1024, threads=None, tuned=False)) == before


@pytest.mark.model
def test_every_choice_reaches_the_plan(tiny_qwen2: Path) -> None:
    own = SpeedChoices(kv_type="q8_0", drafting="off", load_mode="read")
    loading = plan(EngineOptions(tiny_qwen2, context=1024, speed=own))
    assert loading.context.keys == "q8_0"
    assert loading.drafting == "off"
    assert loading.placing.load_mode == "read"
    assert origins(EngineOptions(tiny_qwen2, context=1024, drafting="off"))["drafting"] == (
        "off",
        "set",
    )


def test_what_was_found_gives_way_where_it_does_not_fit(wide_model: Path) -> None:
    said: list[str] = []
    options = EngineOptions(wide_model, context=262_144, threads=1, report=said.append)
    found = SpeedChoices(batch=4096, flash_attention=False)
    remember(wide_model, Tuned(found, 2.0, 1.0, 0.0))
    loading = plan(options)
    assert loading.context.flash_attention
    assert loading.by_trial == SpeedChoices()
    assert "what `inhouse models tune` found is not used" in "\n".join(said)
    # What a person has set does not give way: it is refused, with what would fit.
    refused = plan_loading(EngineOptions(wide_model, context=262_144, threads=1, speed=found))
    assert isinstance(refused, ModelError)
    assert "It fits with" in refused.text
    # Nor is it tried out, since there is no place for it.
    bench = ModelBench(EngineOptions(wide_model, context=262_144, threads=1), Size(64, 64, 4, 8))
    assert bench.measure(found, "read") == refused.text


def test_what_was_found_on_another_machine_is_not_used(wide_model: Path) -> None:
    said: list[str] = []
    options = EngineOptions(wide_model, context=1024, threads=None, report=said.append)
    changed = {**machine_facts(), "build": "another", "cards": "another"}
    remember(wide_model, Tuned(SpeedChoices(threads=7), 2.0, 1.0, 0.0), changed)
    assert plan(options).context.threads != 7
    assert "the graphics cards and the build of llama.cpp" in "\n".join(said)
    remember(wide_model, Tuned(SpeedChoices(threads=7), 2.0, 1.0, 0.0))
    assert plan(options).context.threads == 7


@pytest.mark.model
@pytest.mark.parametrize("mode", ["mmap", "mlock", "read"])
def test_an_engine_answers_however_it_was_loaded(tiny_qwen2: Path, mode: str) -> None:
    assert mode in ("mmap", "mlock", "read")
    own = SpeedChoices(load_mode=mode, batch=64, kv_type="q8_0")
    remember(tiny_qwen2, Tuned(FOUND, 2.0, 1.0, 0.0))
    engine = Engine(EngineOptions(tiny_qwen2, context=1024, threads=None, speed=own))
    engine.start()
    loaded = LoadedEngine(engine)
    assert loaded.ask(loaded.chat("hello"), max_tokens=2).ended.usage.output_tokens == 2
    assert engine.speed["threads"] == {"value": "1", "from": "tuned"}
    assert engine.speed["batch"] == {"value": "64", "from": "set"}
    assert engine.speed["load_mode"]["from"] == "set"
    engine.stop()
