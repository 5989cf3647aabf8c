"""Drafts change how fast an answer comes, never which."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse_models.chat import Sampling
from inhouse_models.engine.drafting.calibration import calibration_folder
from inhouse_models.engine.job import Hold, Job, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.tuning import Drafting
from inhouse_models.engine.worker import Engine

from .conftest import LoadedEngine

pytestmark = pytest.mark.model
EXACT = EngineOptions(Path(), context=2048, threads=1, keys="f32", values="f32", rollback=4)
# With so few words to choose from, what was written comes again, but not always.
WORDS = Hold("start: word{300}\nword: / [a-d]{1,2}/")
Open = Callable[[str, Drafting], LoadedEngine]


@pytest.fixture(scope="module")
def open_engine(tiny_model: Callable[[str], Path]) -> Iterator[Open]:
    opened: dict[tuple[str, Drafting], LoadedEngine] = {}

    def open_one(kind: str, drafting: Drafting) -> LoadedEngine:
        if (kind, drafting) not in opened:
            path, predict = tiny_model(kind.removesuffix("+")), kind.endswith("+")
            engine = Engine(replace(EXACT, path=path, drafting=drafting, predict=predict))
            engine.start()
            opened[kind, drafting] = LoadedEngine(engine)
        return opened[kind, drafting]

    yield open_one
    for one in opened.values():
        one.engine.stop()


@pytest.mark.parametrize("kind", ["qwen2", "qwen35"])
@pytest.mark.parametrize("length", [1, 4, 16])
def test_the_text_is_that_without_drafts(open_engine: Open, kind: str, length: int) -> None:
    plain, drafted = open_engine(kind, "off"), open_engine(kind, length)
    prompt = plain.chat("Say these words in any order.")
    expected = plain.ask(prompt, max_tokens=200, hold=WORDS).ended
    got = drafted.ask(prompt, max_tokens=200, hold=WORDS).ended
    assert got.ids == expected.ids
    assert got.drafts.drafted > 20
    assert 0 < got.drafts.accepted < got.drafts.drafted
    assert got.drafts.steps + got.drafts.accepted == len(got.ids) - 1
    assert expected.drafts.drafted == 0


def test_files_of_the_request_serve_as_drafts(open_engine: Open) -> None:
    """The answer is a copy of a file that the conversation never showed."""
    plain, drafted = open_engine("qwen2", "off"), open_engine("qwen2", 16)
    prompt = plain.chat("Write the file.")
    expected = plain.ask(prompt, max_tokens=150).ended
    alone = drafted.ask(prompt, max_tokens=150).ended
    drafted.ask(drafted.chat("unrelated"), max_tokens=1)
    file = tuple(expected.ids)
    got = drafted.ask(prompt, max_tokens=150, references=(tuple(range(100, 200)), file)).ended
    assert got.ids == alone.ids == expected.ids
    assert got.drafts.accepted >= 120
    assert got.drafts.steps < alone.drafts.steps / 3


@pytest.mark.parametrize("kind", ["qwen2", "qwen35"])
def test_what_is_asked_for_again_is_drafted_from_the_first_answer(
    open_engine: Open, kind: str
) -> None:
    drafted = open_engine(kind, 4)
    prompt = drafted.chat("Say these words in any order.")
    first = drafted.ask(prompt, max_tokens=120, hold=WORDS).ended
    again = drafted.ask(prompt, max_tokens=120, hold=WORDS).ended
    assert again.ids == first.ids
    assert again.drafts.accepted > 80
    assert again.drafts.steps < 40


def test_drafted_conversations_can_be_gone_on_with(open_engine: Open) -> None:
    plain, drafted = open_engine("qwen35", "off"), open_engine("qwen35", 4)
    for engine in (plain, drafted):
        engine.ask(engine.chat("unrelated"), max_tokens=1)
    transcript: tuple[int, ...] = ()
    for turn in range(6):
        prompt = (*transcript, *plain.chat(f"turn {turn}"))
        expected, got = (engine.ask(prompt, max_tokens=40).ended for engine in (plain, drafted))
        assert got.ids == expected.ids
        assert got.usage.cached_input_tokens >= len(transcript) - 1
        transcript = (*prompt, *expected.ids)


def test_sampled_text_is_that_without_drafts(open_engine: Open) -> None:
    plain, drafted = open_engine("qwen2", "off"), open_engine("qwen2", 4)
    sampling = Sampling(temperature=0.8, seed=7)
    prompt = plain.chat("one two three one two three one two three")
    expected = plain.ask(prompt, max_tokens=120, sampling=sampling).ended
    got = drafted.ask(prompt, max_tokens=120, sampling=sampling).ended
    assert got.ids == expected.ids


def test_drafts_serve_inside_a_grammar(open_engine: Open) -> None:
    plain, drafted = open_engine("qwen2", "off"), open_engine("qwen2", 8)
    # Long runs are forced, and only the word between them is the model's.
    hold = Hold('start: line{60}\nline: "alpha beta gamma " WORD "\\n"\nWORD: /[a-d]{1,3}/')
    prompt = plain.chat("alpha beta gamma delta " * 3)
    expected = plain.ask(prompt, max_tokens=120, hold=hold)
    got = drafted.ask(prompt, max_tokens=120, hold=hold)
    assert got.ended.ids == expected.ended.ids
    assert got.text == expected.text


def test_cancelling_leaves_no_draft_behind(open_engine: Open) -> None:
    plain, drafted = open_engine("qwen2", "off"), open_engine("qwen2", 16)
    prompt = plain.chat("again and again and again and again")
    expected = plain.ask(prompt, max_tokens=60).ended.ids
    written: list[int] = []

    def cancel_at_fifth(job: Job, step: Step) -> None:
        if isinstance(step, Written):
            written.append(step.token)
        if len(written) == 5:
            job.cancel()

    drafted.run(lambda emit: Job(prompt, emit, max_tokens=60), cancel_at_fifth)
    longer = (*prompt, *expected[: len(written)])
    assert drafted.ask(longer, max_tokens=20).ended.ids == expected[len(written) :][:20]


def test_a_draft_never_writes_beyond_the_limit(open_engine: Open) -> None:
    drafted = open_engine("qwen2", 16)
    prompt = drafted.chat("round and round and round and round")
    for limit in range(1, 12):
        assert len(drafted.ask(prompt, max_tokens=limit).ended.ids) == limit


def test_auto_measures_when_idle_and_remembers(tiny_model: Callable[[str], Path]) -> None:
    engine = Engine(replace(EXACT, path=tiny_model("qwen2")))
    engine.start()
    loaded = LoadedEngine(engine)
    loaded.ask(loaded.chat("hello"), max_tokens=4)
    assert engine.tuned.wait(timeout=60)
    engine.stop()
    (kept,) = calibration_folder().iterdir()
    before = kept.stat().st_mtime_ns
    again = Engine(replace(EXACT, path=tiny_model("qwen2")))
    again.start()
    assert again.tuned.wait(timeout=60)
    again.stop()
    assert kept.stat().st_mtime_ns == before


def test_the_models_own_predictions_serve_as_drafts(open_engine: Open) -> None:
    plain, predicting = open_engine("qwen35-mtp", "off"), open_engine("qwen35-mtp+", 4)
    prompt = plain.chat("Say something new.")
    expected = plain.ask(prompt, max_tokens=120).ended
    got = predicting.ask(prompt, max_tokens=120).ended
    assert got.ids == expected.ids
    assert got.drafts.accepted > 20
    longer = (*prompt, *got.ids, *plain.chat("And more."))
    expected, got = (engine.ask(longer, max_tokens=60).ended for engine in (plain, predicting))
    assert got.ids == expected.ids
    assert got.usage.cached_input_tokens >= len(prompt) + 119
