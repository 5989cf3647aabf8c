"""A chunk that is read ends at once when its job is cancelled, and nothing is lost by it."""

import threading
import time
from pathlib import Path

import pytest

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions, InterruptedDecodeError
from inhouse_models.engine.job import Job, Reading, Step
from inhouse_models.engine.weights import Weights

from .conftest import LoadedEngine

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def weights(tiny_qwen2: Path) -> Weights:
    return Weights(tiny_qwen2, 0)


def test_a_flag_ends_the_decode_and_the_sequence_stays(weights: Weights) -> None:
    context = Context(weights, ContextOptions(cells=1024, threads=1, keys="f32", values="f32"))
    tokens = weights.tokenise("some words of a text " * 60, False)[:300]
    context.decode([Rows(0, tokens[:100])])
    interruption = context.interruption
    assert interruption is not None
    interruption.request()
    with pytest.raises(InterruptedDecodeError):
        context.decode([Rows(0, tokens[100:])])
    assert context.length(0) == 100
    interruption.clear()
    context.decode([Rows(0, tokens[100:])])
    went_on = context.logits().copy()
    context.clear(0)
    context.decode([Rows(0, tokens)])
    assert int(context.logits().argmax()) == int(went_on.argmax())
    assert abs(context.logits() - went_on).max() < 1e-3
    context.close()


def test_models_with_recurrent_layers_have_none(tiny_qwen35: Path) -> None:
    recurrent = Weights(tiny_qwen35, 0)
    context = Context(recurrent, ContextOptions(cells=512, threads=1))
    assert context.interruption is None
    context.close()


def wait_until_it_computes() -> None:
    """Wait until the other threads have computed for a moment."""

    def others() -> float:
        return time.process_time() - time.thread_time()

    begin, pause = others(), threading.Event()
    while others() < begin + 0.03:
        pause.wait(0.001)


def test_a_cancelled_job_ends_within_its_chunk(engine: LoadedEngine) -> None:
    """With the real small model, whose chunks take long on two cores."""
    words = tuple(engine.weights.tokenise("and more words of all kinds " * 400, False))[:1600]
    seen: list[Step] = []
    seen_when_cancelled: list[Step] = []
    cancelling: list[threading.Thread] = []

    def watch(job: Job, step: Step) -> None:
        seen.append(step)
        if isinstance(step, Reading) and step.done > 64 and not cancelling:
            cancelling.append(threading.Thread(target=cancel, args=(job,)))
            cancelling[0].start()

    def cancel(job: Job) -> None:
        wait_until_it_computes()
        job.cancel()
        seen_when_cancelled.extend(seen)

    answer = engine.run(lambda emit: Job(words, emit, max_tokens=1), watch)
    cancelling[0].join()
    assert answer.ended.reason == "cancelled"
    # The end of a chunk would have been told.
    told = [step for step in seen if isinstance(step, Reading)]
    assert told == [step for step in seen_when_cancelled if isinstance(step, Reading)]
    again = engine.ask(words[:200], max_tokens=1)
    assert again.ended.error is None
