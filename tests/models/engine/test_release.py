"""The memory of a model is given back and restored; no token is read twice, no answer changes."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.models.engine.conftest import LoadedEngine

from inhouse_models.chat import ModelError
from inhouse_models.engine.job import Ended, Held, Job, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.release import Released
from inhouse_models.engine.worker import Engine

if TYPE_CHECKING:
    from concurrent.futures import Future

pytestmark = pytest.mark.model
SECONDS = 60
QUESTION = "Tell me about rivers. " * 40


@pytest.fixture(params=["qwen2", "qwen35"])
def tiny(
    request: pytest.FixtureRequest, tiny_model: Callable[[str], Path], tmp_path: Path
) -> Iterator[LoadedEngine]:
    options = EngineOptions(
        tiny_model(request.param), context=2048, threads=1, drafting="off", states=tmp_path
    )
    running = Engine(options)
    running.start()
    yield LoadedEngine(running)
    running.stop()


def release(engine: Engine, held: str = "") -> Released:
    released = engine.release(held).result(SECONDS)
    assert isinstance(released, Released)
    assert engine.state == "released"
    return released


def test_a_turn_after_a_release_reads_only_what_is_new(tiny: LoadedEngine) -> None:
    first = tiny.ask(tiny.chat(QUESTION), max_tokens=8)
    held = tiny.engine.held_tokens
    known = (*tiny.chat(QUESTION), *first.ended.ids)
    assert release(tiny.engine).saved_tokens == held >= len(known) - 1
    new = tuple(tiny.weights.tokenise("And of lakes?", special=False))
    second = tiny.ask((*known, *new), max_tokens=4)
    assert second.ended.usage.cached_input_tokens == held
    assert tiny.engine.state == "ready"


def test_an_answer_goes_on_after_the_release_that_interrupted_it(tiny: LoadedEngine) -> None:
    prompt = tiny.chat("Name a river.")
    whole = tiny.ask(prompt, max_tokens=24)
    tiny.engine.forget(None).result(SECONDS)
    wishes: list[tuple[Future[Released | ModelError], Future[ModelError | None]]] = []

    def watch(_job: Job, step: Step) -> None:
        if isinstance(step, Written) and not wishes:
            wishes.append((tiny.engine.release("Paused."), tiny.engine.restore()))

    divided = tiny.run(lambda emit: Job(prompt, emit, max_tokens=24), watch)
    ((released, restored),) = wishes
    assert isinstance(released.result(SECONDS), Released)
    assert restored.result(SECONDS) is None
    assert [step.text for step in divided.steps if isinstance(step, Held)] == ["Paused."]
    assert divided.ended.ids == whole.ended.ids
    assert divided.text == whole.text
    assert divided.ended.usage.output_tokens == whole.ended.usage.output_tokens


def test_what_is_held_waits_in_words_and_can_be_cancelled(tiny: LoadedEngine) -> None:
    prompt = tiny.chat("Name a river.")
    release(tiny.engine, "Paused.")

    def cancel(job: Job, step: Step) -> None:
        if isinstance(step, Held):
            job.cancel()

    cancelled = tiny.run(lambda emit: Job(prompt, emit, max_tokens=4), cancel)
    assert [type(step) for step in cancelled.steps] == [Held, Ended]
    assert cancelled.ended.reason == "cancelled"
    assert tiny.engine.state == "released"
    # A release without words holds nobody any more.
    release(tiny.engine)
    assert len(tiny.ask(prompt, max_tokens=4).ended.ids) == 4
    assert tiny.engine.state == "ready"


def test_twice_is_as_once_and_restoring_needs_no_release(tiny: LoadedEngine) -> None:
    assert tiny.engine.restore().result(SECONDS) is None
    first = release(tiny.engine, "Paused.")
    assert release(tiny.engine, "Paused again.") == first
    assert tiny.engine.restore().result(SECONDS) is None
    assert tiny.engine.restore().result(SECONDS) is None
    assert tiny.engine.released is None


def test_tokens_can_be_counted_while_it_is_released(tiny: LoadedEngine) -> None:
    text = "def main(): <|im_start|>"
    before = tiny.weights.tokenise(text, special=True), tiny.weights.template
    for _ in range(2):
        release(tiny.engine, "Paused.")
        assert (tiny.weights.tokenise(text, special=True), tiny.weights.template) == before
        assert tiny.weights.trained_context > 0
        assert tiny.engine.restore().result(SECONDS) is None
    assert tiny.weights.tokenise(text, special=True) == before[0]


def test_states_that_the_disk_refuses_stay_in_memory(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    running = Engine(
        EngineOptions(
            tiny_model("qwen2"),
            context=1024,
            threads=1,
            drafting="off",
            states=tmp_path / "file" / "states",
        )
    )
    running.start()
    engine = LoadedEngine(running)
    first = engine.ask(engine.chat(QUESTION), max_tokens=4)
    held = running.held_tokens
    released = release(running)
    assert (released.saved_tokens, released.lost_tokens) == (held, 0)
    assert released.memory_bytes > 0
    again = engine.ask((*engine.chat(QUESTION), *first.ended.ids, 1, 2), max_tokens=1)
    assert again.ended.usage.cached_input_tokens == held
    running.stop()


def test_an_engine_can_be_stopped_while_somebody_waits(
    tiny_model: Callable[[str], Path],
) -> None:
    running = Engine(EngineOptions(tiny_model("qwen2"), context=1024, threads=1, drafting="off"))
    running.start()
    engine = LoadedEngine(running)
    release(running, "Paused.")
    ended = threading.Event()
    steps: list[Step] = []

    def emit(step: Step) -> None:
        steps.append(step)
        if isinstance(step, Ended):
            ended.set()

    running.submit(Job(engine.chat("Hello"), emit, max_tokens=2))
    running.stop()
    assert ended.wait(SECONDS)
    assert isinstance(steps[-1], Ended)
    assert isinstance(steps[-1].error, ModelError)
