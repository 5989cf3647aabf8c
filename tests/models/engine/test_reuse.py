"""Whatever is reused, restored, forked or interrupted: the answer is that of a cold run."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inhouse_models.engine.job import Ended, Job, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.worker import Engine

from .conftest import LoadedEngine

pytestmark = pytest.mark.model

WRITTEN = 12
# Batches of other shapes differ in the last bits: only a tie can be decided by that. Cells of
# 32 bits keep the difference near 1e-5.
TIE = 0.999
EXACT = EngineOptions(Path(), context=1024, threads=1, keys="f32", values="f32")
Action = Literal["append", "cut", "fork", "switch", "interrupt", "restart", "again"]
Step_ = tuple[Action, int]


@dataclass
class Conversation:
    """The tokens of a conversation so far."""

    tokens: list[int] = field(default_factory=list[int])


class Play:
    """Conversations on an engine that reuses, each answer compared with a cold engine's."""

    def __init__(self, model: Path, cold: LoadedEngine, folder: Path) -> None:
        self._model, self._cold, self._folder = model, cold, folder
        self._engine = self._start()
        self._conversations = [Conversation()]
        self._current = self._conversations[0]
        self._count = 0

    def _start(self) -> LoadedEngine:
        engine = Engine(
            replace(
                EXACT,
                path=self._model,
                states=self._folder,
                states_memory=1024**2,
                marks=6,
            )
        )
        engine.start()
        return LoadedEngine(engine)

    def close(self) -> None:
        self._engine.engine.stop()

    def act(self, action: Action, number: int) -> None:
        current = self._current
        match action:
            case "restart":
                self.close()
                self._engine = self._start()
            case "fork":
                self._current = Conversation(current.tokens[: number * 7])
                self._conversations.append(self._current)
            case "switch":
                self._current = self._conversations[number % len(self._conversations)]
            case "cut":
                del current.tokens[max(len(current.tokens) - number, 0) :]
            case "append" | "interrupt":
                current.tokens += self._message(number)
            case "again":
                pass
        self._ask(number % WRITTEN if action == "interrupt" else None)

    def _message(self, number: int) -> list[int]:
        self._count += 1
        text = f"message {self._count} " + "and more words " * number
        opening = f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
        return self._engine.weights.tokenise(opening, True)

    def _ask(self, interrupted_after: int | None) -> None:
        tokens = self._current.tokens
        if not tokens or len(tokens) > 900:
            tokens[:] = self._message(3)
        prompt = tuple(tokens)

        def watch(job: Job, step: Step) -> None:
            if isinstance(step, Written):
                written.append(step.token)
            if len(written) == interrupted_after:
                job.cancel()

        written: list[int] = []
        warm = self._engine.run(lambda emit: Job(prompt, emit, max_tokens=WRITTEN), watch).ended
        assert warm.error is None
        compare(self._cold, prompt, warm)
        tokens += warm.ids


def compare(cold: LoadedEngine, prompt: tuple[int, ...], warm: Ended) -> None:
    """The ids of a run that reads everything anew are the same, up to a tie."""
    # Another conversation takes the only sequence, and nothing is saved.
    cold.ask(tuple(cold.weights.tokenise("#", False)), max_tokens=1)
    run = cold.ask(prompt, max_tokens=WRITTEN, doubts=True).ended
    assert run.usage.cached_input_tokens == 0
    for place, (expected, got) in enumerate(zip(run.ids, warm.ids, strict=False)):
        if expected != got:
            tied = [d for d in run.doubts if (d.place, d.token) == (place, got) and d.odds > TIE]
            assert tied, f"token {place}: cold {expected}, warm {got}"
            return


@pytest.fixture(scope="module", params=["qwen2", "qwen35"])
def model(request: pytest.FixtureRequest, tiny_model: Callable[[str], Path]) -> Path:
    return tiny_model(request.param)


@pytest.fixture(scope="module")
def cold(model: Path) -> Iterator[LoadedEngine]:
    engine = Engine(replace(EXACT, path=model, sequences=1, states_memory=0))
    engine.start()
    yield LoadedEngine(engine)
    engine.stop()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["append", "append", "append", "cut", "fork", "switch", "interrupt", "restart", "again"]
        ),
        st.integers(0, 60),
    ),
    min_size=4,
    max_size=10,
)


@settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_any_history_answers_like_a_cold_run(
    model: Path, cold: LoadedEngine, steps: list[Step_]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play = Play(model, cold, Path(folder))
        try:
            for action, number in steps:
                play.act(action, number)
        finally:
            play.close()
