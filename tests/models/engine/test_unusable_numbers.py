"""A model whose numbers fail for one word: that answer ends with an error, all others go on."""

import shutil
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.models.engine.conftest import LoadedEngine

from inhouse_models.chat import Sampling
from inhouse_models.engine.job import Ended, Job, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine
from inhouse_models.gguf import GgufHeader, read_header

pytestmark = pytest.mark.model
OPTIONS = EngineOptions(
    Path(), context=1024, threads=1, keys="f32", values="f32", sequences=2, drafting="off"
)
# A row of the table of the tiny models is one block of Q8_0, which begins with its scale.
ROW_BYTES = 34
NAN = struct.pack("<e", float("nan"))
# No word, so that a tiny model never writes it by itself.
POISON = "=="
HEALTHY = "a question about something that does no harm at all"
LONG = HEALTHY * 12


def spoil_word(model: Path, token: int) -> None:
    """Make the row of a token in the table, the file's first tensor, a row of NaN."""
    header = read_header(model)
    assert isinstance(header, GgufHeader)
    with model.open("r+b") as file:
        file.seek(model.stat().st_size - header.data_bytes + ROW_BYTES * token)
        file.write(NAN)


@pytest.fixture(scope="module", params=["qwen2", "qwen35"])
def loaded(
    request: pytest.FixtureRequest,
    tiny_model: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LoadedEngine]:
    model = tmp_path_factory.mktemp("spoilt") / "spoilt.gguf"
    shutil.copy(tiny_model(request.param), model)
    weights = Weights(model)
    (token,) = weights.tokenise(POISON, False)
    weights.close()
    spoil_word(model, token)
    engine = Engine(replace(OPTIONS, path=model))
    engine.start()
    yield LoadedEngine(engine)
    engine.stop()


def assert_unusable(ended: Ended) -> None:
    assert ended.reason == "error"
    assert ended.error is not None
    assert ended.error.kind == "engine"
    assert "no usable numbers" in ended.error.text


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(1.0, 40, 0.9, 0.0, seed=1)])
def test_the_next_answer_is_as_if_nothing_had_been(
    loaded: LoadedEngine, sampling: Sampling
) -> None:
    whole = loaded.ask(loaded.chat(HEALTHY), max_tokens=20).ended.ids
    assert_unusable(loaded.ask(loaded.chat(LONG + POISON), sampling=sampling, max_tokens=4).ended)
    # Shorter than what was spoilt, so that llama.cpp looks at cells that were not written anew.
    again = loaded.ask(loaded.chat("x" + HEALTHY), max_tokens=20).ended
    assert again.error is None
    assert loaded.ask(loaded.chat(HEALTHY), max_tokens=20).ended.ids == whole


def test_a_conversation_from_before_needs_not_be_read_again(loaded: LoadedEngine) -> None:
    prompt = loaded.chat("kept " + LONG)
    whole = loaded.ask(prompt, max_tokens=12).ended.ids
    assert_unusable(loaded.ask(loaded.chat(POISON), max_tokens=4).ended)
    again = loaded.ask(prompt, max_tokens=12).ended
    assert again.ids == whole
    assert again.usage.cached_input_tokens >= len(prompt) - 64


@pytest.mark.parametrize("stage", ["read", "written"])
def test_an_answer_beside_it_goes_on(loaded: LoadedEngine, stage: str) -> None:
    prompt = loaded.chat(f"beside {stage} " + LONG)
    whole = loaded.ask(prompt, max_tokens=120).ended.ids
    loaded.ask(loaded.chat("something else"), max_tokens=1)
    done = threading.Event()
    spoilt: list[Step] = []
    written: list[int] = []

    def note(step: Step) -> None:
        spoilt.append(step)
        if isinstance(step, Ended):
            done.set()

    def make_spoilt() -> Job:
        if stage == "read":
            return Job(loaded.chat(LONG + POISON), note, max_tokens=4)
        # What was written before is decoded a token at a time, beside the other answer.
        begun = loaded.weights.tokenise("a few words and then" + POISON, False)
        return Job(loaded.chat(LONG), note, max_tokens=40, resume=tuple(begun))

    def watch(job: Job, step: Step) -> None:
        if isinstance(step, Written):
            written.append(step.token)
            if len(written) == 80:
                # Far from the last place that it could be taken back to.
                loaded.engine.submit(make_spoilt())

    answer = loaded.run(lambda emit: Job(prompt, emit, max_tokens=120), watch)
    assert done.wait(timeout=60)
    assert isinstance(spoilt[-1], Ended)
    assert_unusable(spoilt[-1])
    assert answer.ended.error is None
    assert answer.ended.ids == tuple(written) == whole
