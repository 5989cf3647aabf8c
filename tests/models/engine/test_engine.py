"""The engine with a real model: reuse, cancellation, limits, grammar, resuming."""

import pytest

from inhouse_models.chat import Sampling, Usage
from inhouse_models.engine.job import Ended, Hold, Job, Reading, Step, Written

from .conftest import LoadedEngine, assert_same_up_to_a_tie

pytestmark = pytest.mark.model


def test_a_second_identical_prompt_reads_no_token(engine: LoadedEngine) -> None:
    prompt = engine.chat("Name three colours.")
    first = engine.ask(prompt, max_tokens=24)
    second = engine.ask(prompt, max_tokens=24)
    assert second.ended.usage.cached_input_tokens == len(prompt)
    assert second.text == first.text
    assert first.text.strip()


def test_an_appended_turn_reads_only_what_is_new(engine: LoadedEngine) -> None:
    prompt = engine.chat("Say hello.")
    first = engine.ask(prompt, max_tokens=12)
    more = engine.weights.tokenise("<|im_end|>\n<|im_start|>user\nAgain.<|im_end|>\n", True)
    longer = (*prompt, *first.ended.ids, *more)
    second = engine.ask(longer, max_tokens=4)
    # The last id of an answer is never decoded, so it is read with the new ones.
    assert second.ended.usage.cached_input_tokens >= len(prompt) + len(first.ended.ids) - 1


@pytest.mark.parametrize("kept", [0, 1, 7])
def test_a_cut_prompt_answers_like_a_cold_one(engine: LoadedEngine, kept: int) -> None:
    target = engine.chat("What is 2 + 3? Answer with one number.")
    engine.ask(engine.chat("Something else entirely, to throw the cache away."), max_tokens=2)
    cold = engine.ask(target, max_tokens=16, doubts=True)
    engine.ask((*target[:kept], *engine.chat("An unrelated prompt.")), max_tokens=8)
    warm = engine.ask(target, max_tokens=16)
    assert_same_up_to_a_tie(cold.ended, warm.ended)


def test_progress_counts_every_token(engine: LoadedEngine) -> None:
    prompt = engine.chat("word " * 300)
    answer = engine.ask(prompt, max_tokens=1)
    readings = [step for step in answer.steps if isinstance(step, Reading)]
    assert readings[0].done == readings[0].cached
    assert readings[-1].done == readings[-1].total == len(prompt)
    assert len(readings) > 2


def test_cancelling_while_reading_stops_at_the_next_chunk(engine: LoadedEngine) -> None:
    prompt = engine.chat("another word " * 400)

    def cancel_early(job: Job, step: Step) -> None:
        if isinstance(step, Reading) and step.done > step.cached:
            job.cancel()

    answer = engine.run(lambda emit: Job(prompt, emit, max_tokens=8), cancel_early)
    assert answer.ended.reason == "cancelled"
    assert not answer.text
    last = [step for step in answer.steps if isinstance(step, Reading)][-1]
    assert last.done < last.total


def test_cancelling_while_writing_stops_at_the_next_token(engine: LoadedEngine) -> None:
    def cancel_at_third(job: Job, step: Step) -> None:
        written.append(step) if isinstance(step, Written) else None
        if len(written) == 3:
            job.cancel()

    written: list[Step] = []
    prompt = engine.chat("Count from one to fifty in words.")
    answer = engine.run(lambda emit: Job(prompt, emit, max_tokens=200), cancel_at_third)
    assert answer.ended.reason == "cancelled"
    assert len(answer.ended.ids) == 3


def test_an_answer_goes_on_after_the_engine_was_lost(engine: LoadedEngine) -> None:
    prompt = engine.chat("Write a haiku about rain.")
    whole = engine.ask(prompt, max_tokens=24, doubts=True)
    engine.ask(engine.chat("Throw the cache away, please."), max_tokens=2)
    lost = whole.ended.ids[:9]
    rest = engine.ask(prompt, resume=lost, max_tokens=24)
    assert_same_up_to_a_tie(whole.ended, rest.ended)
    assert rest.ended.ids[:9] == lost
    pieces = engine.weights.vocabulary.pieces
    # Only what is new is told again.
    new = b"".join(pieces[token] for token in rest.ended.ids[9:])
    assert rest.text.strip() == new.decode("utf-8", "replace").replace("<|im_end|>", "").strip()


@pytest.mark.parametrize("length", [1, 6, 15])
def test_an_answer_is_taken_up_where_it_was(engine: LoadedEngine, length: int) -> None:
    prompt = engine.chat("Name the seasons.")
    whole = engine.ask(prompt, max_tokens=20, doubts=True)
    begun = whole.ended.ids[:length]
    rest = engine.ask(prompt, resume=begun, max_tokens=20)
    assert_same_up_to_a_tie(whole.ended, rest.ended)
    assert rest.ended.ids[:length] == begun
    # Of prompt and beginning only the last token is read once more.
    reading = next(step for step in rest.steps if isinstance(step, Reading))
    assert (reading.cached, reading.total) == (len(prompt) + length - 1, len(prompt) + length)
    assert rest.ended.usage == Usage(reading.total, reading.cached, len(rest.ended.ids) - length)


def test_an_answer_may_begin_with_another_first_token(engine: LoadedEngine) -> None:
    prompt = engine.chat("What is a river?")
    whole = engine.ask(prompt, max_tokens=12)
    engine.ask(prompt, resume=whole.ended.ids[:5], max_tokens=12)
    (other,) = engine.weights.tokenise("No", special=False)
    warm = engine.ask(prompt, resume=(other,), max_tokens=12)
    again = engine.ask(prompt, max_tokens=12, doubts=True)
    engine.ask(engine.chat("Throw the cache away, once more."), max_tokens=2)
    cold = engine.ask(prompt, resume=(other,), max_tokens=12, doubts=True)
    assert_same_up_to_a_tie(cold.ended, warm.ended)
    assert warm.ended.ids[0] == other != whole.ended.ids[0]
    assert_same_up_to_a_tie(again.ended, whole.ended)


def test_every_doubt_can_be_followed(engine: LoadedEngine) -> None:
    lark = 'start: ("red" | "green" | "blue") ", " /[a-z ]{3,30}/ "."'
    prompt = engine.chat("Name a colour and what has it.")
    whole = engine.ask(prompt, hold=Hold(lark), doubts=True, max_tokens=30)
    doubts = whole.ended.doubts
    assert doubts
    assert [doubt.place for doubt in doubts] == sorted(doubt.place for doubt in doubts)
    for doubt in doubts:
        assert doubt.token != whole.ended.ids[doubt.place]
        begun = (*whole.ended.ids[: doubt.place], doubt.token)
        other = engine.ask(prompt, hold=Hold(lark), resume=begun, max_tokens=len(begun) + 1)
        assert other.ended.error is None
        assert other.ended.ids[: len(begun)] == begun
        assert other.ended.doubts == ()


def test_a_prompt_longer_than_the_context_is_a_value(engine: LoadedEngine) -> None:
    answer = engine.ask(engine.chat("much " * 3000), max_tokens=4)
    assert answer.ended.error is not None
    assert answer.ended.error.kind == "overflow"
    assert "2048" in answer.ended.error.text


def test_a_held_call_is_written_by_the_grammar(engine: LoadedEngine) -> None:
    lark = (
        'start: /[^`\\n]{0,80}/ <tool_call> "\\n{\\"name\\": \\"" ("read" | "grep") "\\"}\\n"'
        " </tool_call>"
    )
    answer = engine.ask(engine.chat("Tell me a joke."), hold=Hold(lark), max_tokens=120)
    assert answer.ended.reason == "stop"
    assert answer.text.rstrip().endswith('"}\n</tool_call>')
    assert answer.ended.ids[-1] in engine.weights.vocabulary.ends


def test_a_bad_grammar_is_a_value_and_the_engine_lives(engine: LoadedEngine) -> None:
    broken = engine.ask(engine.chat("Hello"), hold=Hold("start: ("), max_tokens=4)
    assert broken.ended.error is not None
    assert broken.ended.error.kind == "request"
    assert engine.ask(engine.chat("Hello"), max_tokens=4).ended.error is None


def test_sampling_is_the_same_for_the_same_seed(engine: LoadedEngine) -> None:
    prompt = engine.chat("Invent a name for a boat.")
    warm = Sampling(temperature=1.0, top_k=40, top_p=1.0, seed=7)
    first = engine.ask(prompt, sampling=warm, max_tokens=16)
    second = engine.ask(prompt, sampling=warm, max_tokens=16)
    other = engine.ask(prompt, sampling=Sampling(1.0, 40, 1.0, 0.0, seed=8), max_tokens=16)
    assert first.ended.ids == second.ended.ids
    assert first.ended.ids != other.ended.ids


def test_text_from_files_never_becomes_a_control_token(engine: LoadedEngine) -> None:
    text = "<|im_end|>\n<|im_start|>system"
    plain = engine.weights.tokenise(text, special=False)
    assert not set(plain) & engine.weights.vocabulary.control
    assert set(engine.weights.tokenise(text, special=True)) & engine.weights.vocabulary.control


def test_pieces_longer_than_32_bytes_are_whole(engine: LoadedEngine) -> None:
    for text in ("#" * 80, "# " + "-" * 70, " " * 40):
        ids = engine.weights.tokenise(text, special=False)
        pieces = engine.weights.vocabulary.pieces
        assert b"".join(pieces[i] for i in ids) == text.encode()


def test_length_limit_ends_the_answer(engine: LoadedEngine) -> None:
    answer = engine.ask(engine.chat("Count to one hundred."), max_tokens=5)
    assert answer.ended.reason == "length"
    assert isinstance(answer.steps[-1], Ended)
    assert len(answer.ended.ids) == 5
