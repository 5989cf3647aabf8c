"""Times an answer that is written by a whole engine, with drafts or without."""

import threading
from dataclasses import replace

from inhouse_models.chat import ModelError, Sampling
from inhouse_models.engine.job import Ended, Job, Step
from inhouse_models.engine.loading import EngineOptions, Loading
from inhouse_models.engine.trials.sample import rewriting_prompt
from inhouse_models.engine.worker import Engine

CALIBRATION_SECONDS = 60.0
ANSWER_SECONDS = 300.0
LEAST_TOKENS = 8
# The prompt, the answer, and what a batch is measured with.
CONTEXT = 2_048


def time_answer(options: EngineOptions, loading: Loading, tokens: int) -> float | str:
    """Seconds per token of an answer of at most so many; or why there is none.

    What batches cost is measured first where drafting needs to know it, and remembered.
    """
    engine = Engine(
        replace(
            options,
            context=CONTEXT,
            threads=loading.context.threads,
            gpu_layers=loading.gpu_layers,
            flash_attention=loading.context.flash_attention,
            sequences=1,
            marks=2,
            rollback=loading.context.rollback,
            drafting=loading.drafting,
            predict=loading.predict,
            speed=replace(loading.by_hand, prediction=None, drafting=None, threads=None),
            tuned=False,
            states=None,
            states_memory=0,
            lora=options.lora,
            report=_say_nothing,
        )
    )
    engine.start()
    try:
        weights = engine.loaded.result()
        if isinstance(weights, ModelError):
            return weights.text
        prompt = rewriting_prompt(weights)
        _ask(engine, prompt, 1)
        if not engine.tuned.wait(CALIBRATION_SECONDS):
            return "what batches cost was not measured in time"
        return _seconds_per_token(_ask(engine, prompt, tokens))
    finally:
        engine.stop()


def _seconds_per_token(ended: Ended | None) -> float | str:
    if ended is None:
        return "the answer did not come in time"
    if ended.error is not None:
        return ended.error.text
    if ended.usage.output_tokens < LEAST_TOKENS:
        return "the model's answer was too short to be timed"
    return ended.timings.write_seconds / ended.usage.output_tokens


def _ask(engine: Engine, prompt: tuple[int, ...], tokens: int) -> Ended | None:
    """The end of an answer; None when it takes too long."""
    done = threading.Event()
    ends: list[Ended] = []

    def emit(step: Step) -> None:
        if isinstance(step, Ended):
            ends.append(step)
            done.set()

    job = Job(prompt, emit, sampling=Sampling(temperature=0.0), max_tokens=tokens)
    engine.submit(job)
    if done.wait(ANSWER_SECONDS):
        return ends[0]
    job.cancel()
    return None


def _say_nothing(_line: str) -> None:
    """The plan was told before."""
