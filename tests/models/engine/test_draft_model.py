"""Drafting with a smaller model: the text of plain greedy decoding, whatever the small one says."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from tests.models.engine.drafting.predicted import DRAFTS, Counted, Writer
from tests.models.gguf_files import make_gguf

from inhouse_models.engine.context import DecodeError
from inhouse_models.engine.drafting import draft_model
from inhouse_models.engine.drafting.draft_model import DraftModel, open_draft_model
from inhouse_models.engine.weights import Vocabulary, Weights

pytestmark = pytest.mark.model


@pytest.fixture(scope="module", params=["tiny_qwen2", "tiny_qwen35"])
def weights(request: pytest.FixtureRequest) -> Iterator[Weights]:
    loaded = Weights(request.getfixturevalue(request.param))
    yield loaded
    loaded.close()


@pytest.fixture
def plain(weights: Weights) -> Iterator[Writer]:
    writer = Writer(weights)
    yield writer
    writer.close()


@pytest.fixture
def drafted(weights: Weights, tiny_qwen2: Path) -> Iterator[Writer]:
    writer = Writer(weights)
    opened = open_draft_model(tiny_qwen2, writer.context)
    assert isinstance(opened, DraftModel), opened
    writer.predictor = opened
    yield writer
    writer.close()


def check_drafts(writer: Writer) -> None:
    """The small model is the large one, or knows half of what comes next."""
    counted = writer.counted
    assert counted.drafted == DRAFTS * counted.steps
    if writer.weights.recurrent:
        assert 0.15 < counted.accepted / (counted.accepted + counted.steps) < 0.8
    else:
        assert counted.accepted == counted.drafted


def test_the_text_is_that_without_drafts(plain: Writer, drafted: Writer) -> None:
    prompt = plain.prompt("rivers")
    assert drafted.answer(prompt, 120) == plain.answer(prompt, 120)
    check_drafts(drafted)
    assert isinstance(drafted.predictor, DraftModel)
    assert drafted.predictor.price > 0


def test_what_was_cut_and_gone_on_with_is_followed(plain: Writer, drafted: Writer) -> None:
    head, tail = plain.prompt("lakes"), plain.prompt("snow")
    for writer in (plain, drafted):
        writer.read(head * 12)
        writer.sequences[0].mark()
    drafted.write(5, 90)
    drafted.counted = Counted()
    assert drafted.sequences[0].cut(len(head) * 12) == len(head) * 12
    assert drafted.answer(tail, 60) == plain.answer(tail, 60)
    check_drafts(drafted)


def test_two_conversations_and_a_copy(plain: Writer, drafted: Writer) -> None:
    one, two = plain.prompt("stones"), plain.prompt("birds")
    expected = [plain.answer(prompt, 60, number) for number, prompt in enumerate((one, two))]
    answers = [[drafted.read(prompt, number)] for number, prompt in enumerate((one, two))]
    drafted.sequences[1].mark()
    while min(len(answer) for answer in answers) < 60:
        for number in (0, 1):
            answers[number] += drafted.step(answers[number][-1], number)
    assert [answer[:60] for answer in answers] == expected
    drafted.sequences[0].copy_from(drafted.sequences[1], len(two))
    assert drafted.write(expected[1][0], 60, 0)[:60] == expected[1]
    check_drafts(drafted)


def test_a_draft_that_is_never_decoded_changes_nothing(plain: Writer, drafted: Writer) -> None:
    prompt = plain.prompt("seas")
    expected = plain.answer(prompt, 60)
    answer = [drafted.read(prompt)]
    while len(answer) < 60:
        assert drafted.predictor is not None
        drafted.predictor.draft(0, answer[-1] + 1, 7)
        answer += drafted.step(answer[-1])
    assert answer[:60] == expected
    check_drafts(drafted)


@pytest.mark.parametrize("told", [True, False])
def test_what_was_restored_is_read_anew_when_it_is_told(
    plain: Writer, drafted: Writer, *, told: bool
) -> None:
    head, tail = plain.prompt("clouds") * 20, plain.prompt("rain")
    plain.read(head)
    cells, state = plain.context.save_cells(0, 0, len(head)), plain.context.snapshot(0)
    expected = plain.answer(tail, 60)
    drafted.write(drafted.read(drafted.prompt("wind")), 30, 0)
    drafted.sequences[0].forget()
    assert drafted.context.restore_cells(0, 0, len(head), cells, state)
    drafted.sequences[0].restored(head, state)
    assert drafted.predictor is not None
    if told:
        drafted.predictor.tell(0, drafted.sequences[0].tokens)
    assert len(drafted.predictor.draft(0, tail[0], 4)) == (0 if told else 4)
    assert drafted.read(tail) == expected[0]
    answer = drafted.write(expected[0], 15)
    drafted.counted = Counted()
    answer += drafted.write(answer[-1], 40)[1:]
    assert answer[:50] == expected[:50]
    if told:
        check_drafts(drafted)


def test_a_small_model_that_fails_is_left_alone(
    plain: Writer, drafted: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = plain.prompt("ice")
    expected = plain.answer(prompt, 50)
    answer = drafted.write(drafted.read(prompt), 20)
    predictor = drafted.predictor
    assert isinstance(predictor, DraftModel)

    def fail(*_: object) -> NoReturn:
        raise DecodeError("no cells are left")

    monkeypatch.setattr(predictor.context, "decode", fail)
    answer += drafted.write(answer[-1], 40)[1:]
    assert answer[:50] == expected
    assert predictor.off == "The draft model failed: no cells are left"
    assert drafted.context.follower is None


def test_what_cannot_draft_is_refused(plain: Writer, tiny_qwen35: Path, tmp_path: Path) -> None:
    reason = open_draft_model(tiny_qwen35, plain.context)
    assert isinstance(reason, str)
    assert "recurrent" in reason
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(make_gguf())
    reason = open_draft_model(broken, plain.context)
    assert isinstance(reason, str)
    assert "cannot load" in reason
    assert plain.context.follower is None


def test_only_the_same_vocabulary_up_to_padding_will_do() -> None:
    wanted = Vocabulary((b"a", b"b", b"c"), frozenset(), frozenset(), frozenset({2}), 2)
    padded = replace(wanted, pieces=(*wanted.pieces, b"[PAD]"))
    assert draft_model.same_vocabulary(wanted, wanted)
    assert draft_model.same_vocabulary(padded, wanted)
    assert draft_model.same_vocabulary(wanted, padded)
    assert not draft_model.same_vocabulary(replace(wanted, pieces=(b"a", b"x", b"c")), wanted)
    assert not draft_model.same_vocabulary(replace(wanted, ends=frozenset({1})), wanted)
    longer = replace(wanted, pieces=(*wanted.pieces, *(b"p",) * 2000))
    assert not draft_model.same_vocabulary(longer, wanted)
