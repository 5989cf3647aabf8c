"""What is quickest is measured when nobody waits, used at once, and remembered."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.models.engine.conftest import LoadedEngine

from inhouse_models.engine import tuning as tuning_module
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.drafting.calibration import Calibration, remember_calibration
from inhouse_models.engine.drafting.curve import BatchCurve
from inhouse_models.engine.drafting.policy import DraftPolicy
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.tuning import (
    Drafting,
    Open,
    Tuner,
    calibration_facts,
    tuned_options,
)
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine

pytestmark = pytest.mark.model
PLANNED = ContextOptions(cells=1024, batch=256, threads=4)
EVERYTHING = Open(threads=True, flash_attention=True)


class TimedContext(Context):
    """Says how long batches take, instead of looking at the clock; decodes nothing to find out."""

    def __init__(self, weights: Weights, options: ContextOptions = PLANNED) -> None:
        super().__init__(weights, options)
        self.threads = (options.threads, options.reading_threads or options.threads)
        self.timed: list[int] = []

    def set_threads(self, writing: int, reading: int) -> None:
        super().set_threads(writing, reading)
        self.threads = (writing, reading)

    def time_rows(self, rows: int, outputs: int | None = None) -> float:
        self.timed.append(rows)
        writing, reading = self.threads
        # One row is bound by memory: two threads are enough. Rows of a batch are computed.
        return 0.01 / min(writing, 2) if rows == 1 else 0.001 + 0.004 * rows / reading


@pytest.fixture(autouse=True)
def busy_others(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The cores that other programs use, none at first, whatever else runs beside the tests."""
    cores = [0.0]

    class SaidLoad:
        def others(self) -> float:
            return cores[0]

    monkeypatch.setattr(tuning_module, "LoadMeter", SaidLoad)
    return cores


@pytest.fixture(scope="module")
def weights(tiny_qwen2: Path) -> Iterator[Weights]:
    loaded = Weights(tiny_qwen2)
    yield loaded
    loaded.close()


@pytest.fixture
def context(weights: Weights) -> Iterator[TimedContext]:
    made = TimedContext(weights)
    yield made
    made.close()


def new_tuner(context: Context, undecided: Open, drafting: Drafting = "auto") -> Tuner:
    return Tuner(context, drafting, lambda: 0.0, PLANNED, undecided)


def nobody() -> bool:
    return False


def test_threads_are_those_that_were_quickest(context: TimedContext, weights: Weights) -> None:
    tuner = new_tuner(context, Open(threads=True))
    assert tuner.recall() is None
    assert tuner.wanted
    assert isinstance(tuner.measure(nobody), DraftPolicy)
    assert not tuner.wanted
    assert context.threads == (2, 4)
    known = tuner.calibration
    assert known is not None
    assert (known.threads, known.reading_threads) == (2, 4)
    # At the next load they are used from the beginning, and nothing is measured.
    options = tuned_options(weights, PLANNED, Open(threads=True))
    assert (options.threads, options.reading_threads) == (2, 4)
    later = TimedContext(weights, options)
    again = new_tuner(later, Open(threads=True))
    assert isinstance(again.recall(), DraftPolicy)
    assert again.calibration == known
    assert (again.wanted, later.timed) == (False, [])
    later.close()


def test_threads_that_the_person_set_are_kept(context: TimedContext, weights: Weights) -> None:
    tuner = new_tuner(context, Open())
    tuner.measure(nobody)
    assert context.threads == (4, 4)
    assert tuned_options(weights, PLANNED, Open()).threads == 4
    # What was found for a free choice is not what a set one asks for, and the other way round.
    assert tuned_options(weights, PLANNED, Open(threads=True)) == PLANNED


def test_what_was_found_beside_busy_programs_is_not_remembered(
    context: TimedContext, weights: Weights, busy_others: list[float]
) -> None:
    busy_others[0] = 100.0
    tuner = new_tuner(context, Open(threads=True))
    assert isinstance(tuner.measure(nobody), DraftPolicy)
    assert context.threads == (4, 4)
    assert not tuner.wanted
    assert tuned_options(weights, PLANNED, Open(threads=True)) == PLANNED


def test_a_chunk_is_no_longer_than_reading_gains_by_it(context: TimedContext) -> None:
    tuner = new_tuner(context, Open())
    tuner.measure(nobody)
    known = tuner.calibration
    assert known is not None
    # 0.001 s a batch are nothing beside 64 rows of 0.001 s.
    assert (known.chunk, context.chunk) == (64, 64)


def test_slow_batches_are_not_tried(weights: Weights) -> None:
    class SlowContext(TimedContext):
        def time_rows(self, rows: int, outputs: int | None = None) -> float:
            return 60 * super().time_rows(rows, outputs)

    context = SlowContext(weights)
    tuner = new_tuner(context, Open(threads=True))
    tuner.measure(nobody)
    # A row takes 0.3 s: nobody who comes shall wait for a batch of 64.
    assert max(context.timed) < 10
    assert context.chunk == PLANNED.batch
    context.close()


@pytest.mark.parametrize("patience", [0, 1, 5, 20])
def test_who_comes_does_not_wait_and_what_was_found_stays(
    context: TimedContext, patience: int
) -> None:
    tuner = new_tuner(context, Open(threads=True))
    assert tuner.measure(lambda: len(context.timed) >= patience) is None
    assert len(context.timed) == patience
    assert tuner.wanted
    assert context.threads[1] == 4
    done = len(context.timed)
    tuner.measure(nobody)
    fresh = TimedContext(context.weights)
    new_tuner(fresh, Open(threads=True)).measure(nobody)
    if patience == 20:
        # The threads were known already.
        assert len(context.timed) - done < len(fresh.timed)
    fresh.close()


def test_a_full_context_is_measured_another_time(weights: Weights) -> None:
    context = Context(weights, replace(PLANNED, cells=256, threads=1))
    context.decode([Rows(0, [5] * 256)])
    tuner = new_tuner(context, Open())
    assert tuner.measure(nobody) is None
    assert tuner.wanted
    assert context.length(0) == 256
    context.clear(0)
    assert tuner.measure(nobody) is not None
    context.close()


@pytest.mark.parametrize("quicker", [True, False])
def test_flash_attention_is_used_where_it_is_quicker(
    context: TimedContext, weights: Weights, monkeypatch: pytest.MonkeyPatch, quicker: bool
) -> None:
    def time_attention(other: Context, someone_waits: object) -> float:
        seen.append(other.options.flash_attention)
        return 1.0 if other.options.flash_attention is quicker else 2.0

    seen: list[bool] = []
    monkeypatch.setattr(tuning_module, "_time_attention", time_attention)
    tuner = new_tuner(context, EVERYTHING)
    tuner.measure(nobody)
    assert sorted(seen) == [False, True]
    assert tuned_options(weights, PLANNED, EVERYTHING).flash_attention is quicker
    assert not tuned_options(weights, PLANNED, Open(threads=True)).flash_attention


def test_flash_attention_is_timed_on_contexts_of_its_own(context: TimedContext) -> None:
    tuner = new_tuner(context, Open(flash_attention=True))
    asked: list[None] = []

    def somebody() -> bool:
        asked.append(None)
        return False

    tuner.measure(somebody)
    assert tuner.calibration is not None
    assert len(asked) > 2 * tuning_module.FLASH_WRITTEN
    assert context.length(0) == 0


def test_what_was_measured_is_not_used_by_a_fixed_length(context: TimedContext) -> None:
    remember_calibration(
        Calibration(BatchCurve((0.1,) * 17), 50.0, 1, 3, False, 128),
        calibration_facts(context.weights, PLANNED, Open(threads=True)),
    )
    off = new_tuner(context, Open(threads=True), "off")
    assert off.recall() is None
    assert (off.wanted, off.calibration is not None) == (False, True)
    fixed = new_tuner(context, Open(threads=True), 4).recall()
    assert fixed is not None
    assert fixed.longest == 4


def test_an_engine_finds_its_threads_by_itself(tiny_qwen2: Path) -> None:
    options = EngineOptions(tiny_qwen2, context=1024, threads=None, states_memory=0)
    engine = Engine(options)
    engine.start()
    loaded = LoadedEngine(engine)
    prompt = loaded.chat("measure")
    assert engine.calibration is None
    loaded.ask(prompt, max_tokens=2)
    assert engine.tuned.wait(timeout=120)
    known = engine.calibration
    assert known is not None
    assert known.threads >= 1
    engine.stop()
    again = Engine(options)
    again.start()
    LoadedEngine(again).ask(prompt, max_tokens=2)
    assert again.calibration == known
    again.stop()
