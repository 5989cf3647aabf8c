"""The real small model, loaded once for all engine tests, and tiny ones with random weights."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_models import Kind

from inhouse_models.engine.job import Ended, Job, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine


@dataclass(frozen=True, slots=True)
class Answered:
    """All steps of one job."""

    steps: list[Step]

    @property
    def text(self) -> str:
        return "".join(step.text for step in self.steps if isinstance(step, Written))

    @property
    def ended(self) -> Ended:
        last = self.steps[-1]
        assert isinstance(last, Ended)
        return last


class LoadedEngine:
    """An engine with its weights and a way to wait for an answer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        weights = engine.loaded.result(timeout=120)
        assert isinstance(weights, Weights)
        self.weights = weights

    def chat(self, text: str) -> tuple[int, ...]:
        """Ids of a prompt in the model's own form."""
        prompt = f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
        return tuple(self.weights.tokenise(prompt, special=True))

    def run(
        self, make: Callable[[Callable[[Step], None]], Job], watch: Callable[[Job, Step], None]
    ) -> Answered:
        """Submit the job that `make` builds and wait; `watch` sees every step on the way."""
        done = threading.Event()
        steps: list[Step] = []

        def emit(step: Step) -> None:
            steps.append(step)
            watch(job, step)
            if isinstance(step, Ended):
                done.set()

        job = make(emit)
        self.engine.submit(job)
        assert done.wait(timeout=120)
        return Answered(steps)

    def ask(self, prompt: tuple[int, ...], **options: object) -> Answered:
        """Submit a plain job and wait."""
        return self.run(lambda emit: Job(prompt, emit, **options), lambda _job, _step: None)  # type: ignore[arg-type] - a test's shorthand


def assert_same_up_to_a_tie(known: Ended, other: Ended, tie: float = 0.8) -> None:
    """The ids of both are the same, up to a place where `known`, asked with its doubts, would
    nearly as well have written what `other` wrote.

    Batches of other shapes have other last bits, how much other depends on the processor, and a
    real model that is quantised is often near a tie.
    """
    for place, (expected, got) in enumerate(zip(known.ids, other.ids, strict=False)):
        if expected != got:
            odds = {one.token: one.odds for one in known.doubts if one.place == place}
            assert odds.get(got, 0.0) > tie, f"token {place}: {expected} and {got} are no tie"
            return
    assert len(known.ids) == len(other.ids)


@pytest.fixture(scope="session")
def engine(small_model: Path) -> Iterator[LoadedEngine]:
    # Drafts, which the clock decides on, would give batches of other shapes: see above.
    running = Engine(EngineOptions(small_model, context=2048, drafting="off"))
    running.start()
    yield LoadedEngine(running)
    running.stop()


@pytest.fixture(scope="session")
def tiny_qwen35(tiny_model: Callable[[Kind], Path]) -> Path:
    """Hybrid: gated delta nets and gated attention."""
    return tiny_model("qwen35")


@pytest.fixture(scope="session")
def tiny_qwen35_mtp(tiny_model: Callable[[Kind], Path]) -> Path:
    """The hybrid with one next-token-prediction layer more; the same text."""
    return tiny_model("qwen35-mtp")
