"""Trials of a whole model: everything is tried or said not to be, also drafts of its own layer."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_models import Kind

from inhouse_models.engine.loading import EngineOptions, Loading, plan_loading
from inhouse_models.engine.trials.bench import ModelBench, Size
from inhouse_models.engine.trials.whole import Effort, explain_loss, make_trials
from inhouse_models.speed.choices import NAMES, SpeedChoices
from inhouse_models.speed.search import Pace, Trial
from inhouse_models.speed.telling import Began, Ended, Failed, Told, decode_told, encode_told

pytestmark = pytest.mark.model
BRIEF = Effort(0.01, Pace(least_rounds=1, most_rounds=1))
SIZE = Size(depth=64, read=64, written=4, answer=8)


def trials_of(options: EngineOptions) -> tuple[Ended, list[Told]]:
    told: list[Told] = []
    ended = make_trials(options, BRIEF, told.append)
    assert isinstance(ended, Ended), ended
    return ended, told


def test_every_choice_is_tried_or_said_not_to_be(tiny_model: Callable[[Kind], Path]) -> None:
    options = EngineOptions(
        tiny_model("qwen35-mtp"), threads=1, speed=SpeedChoices(drafting="on", kv_type="f16")
    )
    ended, told = trials_of(options)
    trials = [one for one in told if isinstance(one, Trial)]
    assert {one.factor for one in trials} == set(NAMES) - {"gpu_layers"}
    said = {one.factor: one for one in trials}
    assert said["threads"].reason == "you have set it: threads = 1"
    # On a processor the layer does not draft by itself; here both were measured.
    drafts = {one.value: one for one in trials if one.factor == "prediction"}
    assert set(drafts) == {True, False}
    assert all(one.seconds > 0 for one in drafts.values()), drafts
    # What a person has set is not remembered as found.
    assert not {"threads", "drafting", "kv_type"} & set(ended.choices.given())
    assert ended.after_seconds <= ended.before_seconds
    for one in (*told, ended):
        assert decode_told(encode_told(one)) == one


@pytest.mark.parametrize("kind", ["qwen2", "qwen35"])
def test_a_text_is_taken_back_between_measurements(
    tiny_model: Callable[[Kind], Path], kind: Kind
) -> None:
    bench = ModelBench(EngineOptions(tiny_model(kind), threads=1), SIZE)
    start = SpeedChoices(threads=1, reading_threads=1, batch=64, flash_attention=False)
    figures = [
        bench.measure(replace(start, flash_attention=flash), "turn")
        for flash in (False, True, False, True)
    ]
    assert all(isinstance(one, float) and one > 0 for one in figures), figures
    bench.close()


def test_a_choice_that_costs_context_is_not_tried(tiny_model: Callable[[Kind], Path]) -> None:
    def loading(context: int) -> Loading:
        planned = plan_loading(EngineOptions(tiny_model("qwen2"), context=context, threads=1))
        assert isinstance(planned, Loading)
        return planned

    now = loading(1024)
    assert explain_loss(now, now) == explain_loss(now, loading(2048)) == ""
    assert explain_loss(now, loading(512)) == "it leaves 512 of 1,024 tokens of context"
    fewer = replace(now, gpu_layers=now.gpu_layers - 1)
    assert "layers on the graphics cards" in explain_loss(now, fewer)


def test_a_model_that_is_not_there_is_said() -> None:
    said = make_trials(EngineOptions(Path("none.gguf"), threads=1), BRIEF, print)
    assert isinstance(said, str)
    assert "none.gguf" in said


def test_other_lines_are_not_taken_for_results() -> None:
    for line in ("", "{}", "[]", "llama.cpp says", '{"type": "Ended"}', '{"type": "Trial"}'):
        assert decode_told(line) is None
    for told in (Began("threads", 1, 2), Failed("no")):
        assert decode_told(encode_told(told)) == told
