"""The tiny models are what tests of the engine may build on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.models.engine.bare_context import Context
from tests.models.gguf_files import make_gguf
from tiny_models import write_tiny_model

from inhouse_models.engine.weights import Weights
from inhouse_models.gguf import GgufHeader, read_header

FIXTURES = ("tiny_qwen2", "tiny_qwen35", "tiny_qwen35_mtp")
PROMPT = "<|im_start|>user\nName three rivers and three hills.<|im_end|>\n<|im_start|>assistant\n"
STEPS = 40
HYBRIDS_ONLY = pytest.mark.parametrize("weights", FIXTURES[1:], indirect=True)


@pytest.fixture(scope="module", params=FIXTURES)
def weights(request: pytest.FixtureRequest) -> Iterator[Weights]:
    path: Path = request.getfixturevalue(request.param)
    loaded = Weights(path)
    yield loaded
    loaded.close()


@pytest.fixture
def context(weights: Weights) -> Iterator[Context]:
    made = Context(weights)
    yield made
    made.close()


@pytest.fixture
def other(weights: Weights) -> Iterator[Context]:
    made = Context(weights)
    yield made
    made.close()


@pytest.fixture
def prompt(weights: Weights) -> list[int]:
    return weights.tokenise(PROMPT, special=True)


def header_of(path: Path) -> GgufHeader:
    header = read_header(path)
    assert isinstance(header, GgufHeader)
    return header


def changed_early(prompt: list[int]) -> list[int]:
    """The prompt with another third token."""
    return [*prompt[:2], prompt[2] + 1, *prompt[3:]]


@pytest.mark.model
def test_only_the_hybrids_have_a_recurrent_state(
    tiny_qwen2: Path, tiny_qwen35: Path, tiny_qwen35_mtp: Path
) -> None:
    for path, recurrent in ((tiny_qwen2, False), (tiny_qwen35, True), (tiny_qwen35_mtp, True)):
        weights = Weights(path)
        assert weights.recurrent is recurrent
        weights.close()


@pytest.mark.model
def test_the_tokenizer_is_the_real_one_with_fewer_words(
    weights: Weights, small_model: Path
) -> None:
    lender, borrower = header_of(small_model), header_of(weights.path)
    assert borrower.chat_templates == lender.chat_templates
    assert "<tool_call>" in borrower.chat_template
    assert borrower.vocabulary_size < 10_000
    vocabulary = weights.vocabulary
    assert vocabulary.pieces[vocabulary.end_of_turn] == b"<|im_end|>"
    assert vocabulary.find("<|im_end|>") in vocabulary.ends
    assert len(weights.tokenise(PROMPT, special=True)) == 19


@pytest.mark.model
def test_a_short_vocabulary_has_every_byte_and_special_token(
    tiny_qwen2: Path, small_model: Path
) -> None:
    short, whole = Weights(tiny_qwen2, 0), Weights(small_model, 0, repack=False)
    kept, known = short.vocabulary, whole.vocabulary
    # A word of the file that llama.cpp takes for the end of a text.
    control = {known.pieces[one] for one in known.control} - {b"</s>"}
    assert {kept.pieces[one] for one in kept.control} == control
    user_defined = {known.pieces[one] for one in known.user_defined}
    assert {kept.pieces[one] for one in kept.user_defined} == user_defined
    assert b"<|im_end|>" in control
    assert b"<tool_call>" in user_defined
    text = "".join(map(chr, range(0x20, 0x500))) + "\t\n\U0001f600"
    ids = short.tokenise(text, special=False)
    assert b"".join(kept.pieces[one] for one in ids) == text.encode()
    assert {bytes((byte,)) for byte in range(256)} <= set(kept.pieces)
    short.close()
    whole.close()


@pytest.mark.model
def test_a_whole_vocabulary_is_the_real_one(small_model: Path, tmp_path: Path) -> None:
    write_tiny_model("qwen2", small_model, tmp_path / "whole.gguf", short=False)
    assert (
        header_of(tmp_path / "whole.gguf").vocabulary_size == header_of(small_model).vocabulary_size
    )


@pytest.mark.model
def test_the_files_are_small(weights: Weights) -> None:
    assert weights.path.stat().st_size < 5e6


@pytest.mark.model
@HYBRIDS_ONLY
def test_the_recurrent_state_is_small(context: Context, prompt: list[int]) -> None:
    context.read(prompt)
    assert 100e3 < len(context.save()) < 200e3


@pytest.mark.model
def test_greedy_text_is_repeatable_and_lively(
    context: Context, other: Context, prompt: list[int]
) -> None:
    first, _ = context.write(prompt, STEPS)
    second, _ = other.write(prompt, STEPS)
    assert first == second
    assert len(set(first)) > STEPS / 2
    pieces = [context.weights.vocabulary.pieces[token] for token in first]
    assert all(piece.strip().isalpha() for piece in pieces), pieces


@pytest.mark.model
def test_early_tokens_count(context: Context, other: Context, prompt: list[int]) -> None:
    first, logits = context.write(prompt, STEPS)
    second, other_logits = other.write(changed_early(prompt), STEPS)
    assert np.abs(logits[0] - other_logits[0]).max() > 1
    assert first != second


@pytest.mark.model
@HYBRIDS_ONLY
def test_the_recurrent_state_counts(context: Context, other: Context, prompt: list[int]) -> None:
    context.read(prompt[:-1])
    other.read(changed_early(prompt[:-1]))
    state = context.save()
    right = context.read(prompt[-1:])
    context.clear()
    context.read(prompt[:-1])
    assert context.save() == state
    context.restore(other.save())
    wrong = context.read(prompt[-1:])
    assert np.abs(right - wrong).max() > 0.5


@pytest.mark.model
def test_margins_are_far_above_the_noise_between_batch_sizes(
    context: Context, other: Context, prompt: list[int]
) -> None:
    answer, logits = context.write(prompt, STEPS)
    best = np.sort(np.stack(logits), axis=1)[:, -2:]
    margin = np.median(best[:, 1] - best[:, 0])
    assert margin > 0.3
    at_once = other.read([*prompt, *answer[:-1]])
    assert np.abs(at_once - logits[-1]).max() < 1e-4


@pytest.mark.model
def test_the_prediction_layer_changes_no_text(tiny_qwen35: Path, tiny_qwen35_mtp: Path) -> None:
    texts: list[list[int]] = []
    for path in (tiny_qwen35, tiny_qwen35_mtp):
        weights = Weights(path)
        context = Context(weights)
        texts.append(context.write(weights.tokenise(PROMPT, special=True), STEPS)[0])
        context.close()
        weights.close()
    assert texts[0] == texts[1]
    assert header_of(tiny_qwen35_mtp).block_count == header_of(tiny_qwen35).block_count + 1


@pytest.mark.model
def test_the_seed_decides(tiny_qwen2: Path, small_model: Path, tmp_path: Path) -> None:
    again, another = tmp_path / "again.gguf", tmp_path / "another.gguf"
    write_tiny_model("qwen2", small_model, again)
    write_tiny_model("qwen2", small_model, another, seed=1)
    assert again.read_bytes() == tiny_qwen2.read_bytes()
    assert another.stat().st_size == again.stat().st_size
    assert another.read_bytes() != again.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.gguf", "another.gguf"]


def test_a_source_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "bare.gguf"
    source.write_bytes(make_gguf({"tokenizer.ggml.tokens": []}))
    with pytest.raises(ValueError, match="has no tokenizer"):
        write_tiny_model("qwen2", source, tmp_path / "tiny.gguf")
    source.write_bytes(b"no model")
    with pytest.raises(ValueError, match="is not a GGUF file"):
        write_tiny_model("qwen2", source, tmp_path / "tiny.gguf")
    assert not (tmp_path / "tiny.gguf").exists()
