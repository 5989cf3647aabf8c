"""Drafting with the prediction layer: the text of plain greedy decoding, whatever happens to it."""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.models.engine.drafting.predicted import DRAFTS, EXACT, Counted, Writer

from inhouse_models.engine.context import DecodeError
from inhouse_models.engine.drafting import hidden, prediction
from inhouse_models.engine.drafting.prediction import Prediction, open_prediction
from inhouse_models.engine.weights import Weights

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def weights(tiny_qwen35_mtp: Path) -> Iterator[Weights]:
    loaded = Weights(tiny_qwen35_mtp, load_mtp=True)
    yield loaded
    loaded.close()


def open_predicted(weights: Weights) -> Writer:
    writer = Writer(weights)
    opened = open_prediction(writer.context)
    assert isinstance(opened, Prediction), opened
    writer.predictor = opened
    return writer


@pytest.fixture
def plain(weights: Weights) -> Iterator[Writer]:
    writer = Writer(weights)
    yield writer
    writer.close()


@pytest.fixture
def drafted(weights: Weights) -> Iterator[Writer]:
    writer = open_predicted(weights)
    yield writer
    writer.close()


@pytest.fixture
def fresh(weights: Weights) -> Iterator[Writer]:
    writer = open_predicted(weights)
    yield writer
    writer.close()


def accepted(counted: Counted) -> float:
    """How many drafted ids were right, of those that stood first in a draft or after right ones."""
    return counted.accepted / (counted.accepted + counted.steps)


def test_the_text_is_that_without_drafts_and_half_of_them_are_right(
    plain: Writer, drafted: Writer
) -> None:
    prompt = plain.prompt("rivers")
    assert drafted.answer(prompt, 200) == plain.answer(prompt, 200)
    counted = drafted.counted
    assert counted.drafted == DRAFTS * counted.steps
    assert 0.3 < accepted(counted) < 0.8
    assert isinstance(drafted.predictor, Prediction)
    assert drafted.predictor.off is None
    assert drafted.predictor.price > 0


def test_after_many_verified_drafts_it_expects_what_one_does_that_read_the_text(
    drafted: Writer, fresh: Writer
) -> None:
    prompt = drafted.prompt("hills")
    drafted.write(drafted.read(prompt), 150)
    tokens = drafted.sequences[0].tokens
    last = fresh.read(tokens)
    assert drafted.predictor is not None
    assert fresh.predictor is not None
    assert drafted.predictor.draft(0, last, 8) == fresh.predictor.draft(0, last, 8)
    # Asked once more, and asked about another id, before anything is decoded.
    assert drafted.predictor.draft(0, last, 8) == fresh.predictor.draft(0, last, 8)
    assert drafted.predictor.draft(0, 5, 3) == fresh.predictor.draft(0, 5, 3)
    assert fresh.sequences[0].tokens == tokens


def test_what_was_written_without_drafts_was_followed(drafted: Writer, fresh: Writer) -> None:
    predictor, drafted.predictor = drafted.predictor, None
    drafted.write(drafted.read(drafted.prompt("seas")), 2 * prediction.MOST_WAITING + 9)
    drafted.predictor = predictor
    last = fresh.read(drafted.sequences[0].tokens, chunk=EXACT.batch)
    assert predictor is not None
    assert fresh.predictor is not None
    assert predictor.draft(0, last, 6) == fresh.predictor.draft(0, last, 6)


def test_small_batches_will_do(plain: Writer, weights: Weights) -> None:
    writer = Writer(weights, replace(EXACT, batch=24))
    opened = open_prediction(writer.context)
    assert isinstance(opened, Prediction), opened
    prompt = plain.prompt("dust") * 3
    expected = plain.answer(prompt, 90)
    answer = writer.write(writer.read(prompt, chunk=23), 40)
    writer.predictor = opened
    answer += writer.write(answer[-1], 60)[1:]
    assert answer[:90] == expected
    assert writer.counted.drafted > 0
    assert opened.off is None
    writer.close()


def test_a_conversation_that_was_cut_goes_on_with_drafts(plain: Writer, drafted: Writer) -> None:
    head, tail = plain.prompt("lakes"), plain.prompt("snow")
    for writer in (plain, drafted):
        writer.read(head)
        writer.sequences[0].mark()
    drafted.write(5, 60)
    drafted.counted = Counted()
    assert drafted.sequences[0].cut(len(head)) == len(head)
    assert drafted.answer(tail, 120) == plain.answer(tail, 120)
    assert drafted.counted.drafted == DRAFTS * drafted.counted.steps
    assert accepted(drafted.counted) > 0.3


def test_right_after_a_cut_nothing_is_drafted(drafted: Writer) -> None:
    head = drafted.prompt("lakes")
    last = drafted.read(head)
    drafted.sequences[0].mark()
    drafted.write(last, 60)
    drafted.sequences[0].cut(len(head))
    assert drafted.predictor is not None
    assert drafted.predictor.draft(0, last, 4) == []
    drafted.step(last)
    assert len(drafted.predictor.draft(0, last, 4)) == 4


def test_a_restored_conversation_goes_on_with_drafts(
    plain: Writer, drafted: Writer, fresh: Writer
) -> None:
    head, tail = plain.prompt("clouds"), plain.prompt("rain")
    plain.read(head * 10)
    expected = plain.answer(tail, 120)
    fresh.read(head * 10)
    end = len(head) * 10
    cells = fresh.context.save_cells(0, 0, end)
    state = fresh.context.snapshot(0)
    # Something else stood there before.
    drafted.write(drafted.read(drafted.prompt("wind")), 30, 0)
    drafted.sequences[0].forget()
    assert drafted.context.restore_cells(0, 0, end, cells, state)
    drafted.sequences[0].restored(head * 10, state)
    drafted.counted = Counted()
    assert drafted.answer(tail, 120) == expected
    assert drafted.counted.drafted == DRAFTS * drafted.counted.steps
    assert accepted(drafted.counted) > 0.3


def test_two_conversations_and_a_copy(plain: Writer, drafted: Writer) -> None:
    one, two = plain.prompt("stones"), plain.prompt("birds")
    expected = [plain.answer(prompt, 100, number) for number, prompt in enumerate((one, two))]
    answers = [[drafted.read(prompt, number)] for number, prompt in enumerate((one, two))]
    drafted.sequences[1].mark()
    while min(len(answer) for answer in answers) < 100:
        for number in (0, 1):
            answers[number] += drafted.step(answers[number][-1], number)
    assert [answer[:100] for answer in answers] == expected
    assert accepted(drafted.counted) > 0.3
    drafted.sequences[0].copy_from(drafted.sequences[1], len(two))
    drafted.counted = Counted()
    last = expected[1][0]
    assert drafted.write(last, 100, 0)[:100] == expected[1]
    assert accepted(drafted.counted) > 0.3


def test_rows_of_one_batch_go_to_their_own_conversations(drafted: Writer, fresh: Writer) -> None:
    prompts = [drafted.prompt("a stone and a bird"), drafted.prompt("birds")]
    for number, prompt in enumerate(prompts):
        fresh.read(prompt, number)
    drafted.context.decode([drafted.sequences[n].rows(prompt) for n, prompt in enumerate(prompts)])
    assert drafted.predictor is not None
    assert fresh.predictor is not None
    for number in (0, 1):
        ours, theirs = (w.predictor.draft(number, 9, 6) for w in (drafted, fresh) if w.predictor)
        assert len(ours) == 6
        assert ours == theirs


@pytest.fixture(scope="module")
def pair(weights: Weights) -> Iterator[tuple[Writer, Writer]]:
    writers = Writer(weights), open_predicted(weights)
    yield writers
    for writer in writers:
        writer.close()


class Play:
    """Two conversations that are gone on with, cut, copied and forgotten."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.current, self.other = writer.sequences
        self.texts: list[list[int]] = []
        for sequence in writer.sequences:
            sequence.forget()

    def append(self, size: int) -> None:
        self.writer.read(self.writer.prompt("more " * size), self.current.number)
        self.current.mark()

    def write(self, size: int) -> None:
        """A draft may go beyond the answer: both go on from the last mark."""
        if not self.current.marks:
            self.append(1)
        answer = self.writer.write(size, size + 1, self.current.number)[: size + 1]
        self.texts.append(answer)
        self.current.cut(self.current.marks[-1].length)
        self.writer.read(answer, self.current.number)

    def cut(self, size: int) -> None:
        self.current.cut(max(len(self.current.tokens) - size, 0))

    def switch(self, _size: int) -> None:
        self.current, self.other = self.other, self.current

    def copy(self, _size: int) -> None:
        length = max((mark.length for mark in self.current.marks), default=0)
        self.other.copy_from(self.current, length)

    def forget(self, _size: int) -> None:
        self.current.forget()

    def ask(self, size: int) -> None:
        """For a draft that is never decoded."""
        if self.writer.predictor is not None:
            self.writer.predictor.draft(self.current.number, size, size)

    def run(self, actions: Sequence[tuple[str, int]]) -> list[list[int]]:
        for action, size in [("append", 3), *actions, ("append", 2), ("write", 12)]:
            getattr(self, action)(size)
        return self.texts


NAMES = st.sampled_from(["append", "write", "cut", "switch", "copy", "forget", "ask"])
ACTIONS = st.lists(st.tuples(NAMES, st.integers(1, 30)), max_size=12)


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions=ACTIONS)
def test_whatever_happens_the_text_is_that_without_drafts(
    pair: tuple[Writer, Writer], actions: list[tuple[str, int]]
) -> None:
    plain, drafted = pair
    assert Play(drafted).run(actions) == Play(plain).run(actions)
    assert isinstance(drafted.predictor, Prediction)
    assert drafted.predictor.off is None


def test_models_without_the_layer_have_none(tiny_qwen2: Path, tiny_qwen35: Path) -> None:
    for path in (tiny_qwen2, tiny_qwen35):
        weights = Weights(path, load_mtp=True)
        assert weights.prediction_layers == 0
        writer = Writer(weights)
        reason = open_prediction(writer.context)
        assert reason == "This model has no layer that predicts further tokens."
        writer.close()
        weights.close()


def test_the_layer_is_only_there_when_it_was_asked_for(
    tiny_qwen35_mtp: Path, weights: Weights
) -> None:
    without = Weights(tiny_qwen35_mtp)
    assert without.prediction_layers == 0
    without.close()
    assert (weights.architecture, weights.prediction_layers) == ("qwen35", 1)


def test_more_layers_and_unknown_architectures_are_not_tried(
    plain: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("prediction_layers", 2), ("architecture", "strange")):
        with monkeypatch.context() as patch:
            patch.setattr(Weights, name, value)
            if name == "architecture":
                patch.setattr(Weights, "prediction_layers", 1)
            reason = open_prediction(plain.context)
            assert isinstance(reason, str)
            assert "not supported" in reason


def test_missing_symbols_switch_it_off(plain: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> NoReturn:
        raise AttributeError("None of the shared library symbols were found")

    monkeypatch.setattr(importlib, "import_module", fail)
    hidden.hidden_functions.cache_clear()
    reason = open_prediction(plain.context)
    hidden.hidden_functions.cache_clear()
    assert isinstance(reason, str)
    assert "does not have the functions" in reason
    assert plain.context.follower is None


def test_a_trial_that_fails_switches_it_off(plain: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = plain.answer(plain.prompt("sand"), 30)
    plain.sequences[0].forget()

    def fail(*_: object) -> NoReturn:
        raise DecodeError("it was tried in vain")

    def guess_one(*_: object) -> list[int]:
        return [1]

    module = "inhouse_models.engine.drafting.prediction"
    failures: tuple[tuple[str, object, str], ...] = (
        (f"{module}._LayerContext.feed", fail, "tried in vain"),
        (f"{module}.LEAST_ALIKE", 0.0, "wrongly"),
        (f"{module}.Prediction._draft", guess_one, "usable"),
    )
    for target, value, words in failures:
        with monkeypatch.context() as patch:
            patch.setattr(target, value)
            reason = open_prediction(plain.context)
        assert isinstance(reason, str)
        assert words in reason
        assert plain.context.follower is None
        assert plain.context.length(0) == 0
    assert plain.answer(plain.prompt("sand"), 30) == expected


def test_a_context_that_cannot_take_back_is_refused(weights: Weights) -> None:
    writer = Writer(weights, replace(EXACT, rollback=1))
    reason = open_prediction(writer.context)
    writer.close()
    assert isinstance(reason, str)
    assert "rollback" in reason


def test_a_layer_that_fails_later_is_left_alone(
    plain: Writer, drafted: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = plain.prompt("ice")
    expected = plain.answer(prompt, 80)
    answer = drafted.write(drafted.read(prompt), 40)

    def fail(*_: object) -> NoReturn:
        raise DecodeError("no cells are left")

    monkeypatch.setattr("inhouse_models.engine.drafting.prediction._LayerContext.feed", fail)
    answer += drafted.write(answer[-1], 60)[1:]
    assert answer[:80] == expected
    assert isinstance(drafted.predictor, Prediction)
    assert drafted.predictor.off == "no cells are left"
    assert drafted.context.follower is None
