"""The measurements of scripts/bench/engine: what they count, and that each of them runs."""

import json
from pathlib import Path

import pytest
from conversation import Taken, new_tokens
from figure import Bench, Figure, Target
from figures import FIGURES
from figures.calls import is_valid
from llama_server import read_call
from material import tools
from report import as_json, as_table
from side import Said
from tiny_models import write_tiny_model

from inhouse_models.chat import Message, ToolCall


def said(prompt: tuple[int, ...], ids: tuple[int, ...], total: int = 0) -> Said:
    return Said(Message("assistant"), total or len(prompt), 1, 0.5, prompt, ids)


def test_a_target_judges_the_ratio_where_there_is_one() -> None:
    target = Target("at most", 1.02)
    assert Figure("x", 1.02, target=target).verdict == "met"
    assert Figure("x", 1.03, target=target).verdict == "missed"
    assert Figure("x", 9.0, ratio=1.0, target=target).verdict == "met"
    assert Figure("x", 4.0, target=Target("at least", 4.0)).verdict == "met"
    assert Figure("x", 3.9, target=Target("at least", 4.0)).verdict == "missed"
    assert Figure("x", 3.9).verdict == "shown"


def test_only_tokens_that_were_nowhere_before_are_new() -> None:
    taken = [
        Taken("append", said((1, 2, 3), (4, 5))),
        Taken("append", said((1, 2, 3, 4, 5, 6, 7), (8,))),
        # The person said something else than 6 and 7.
        Taken("edit", said((1, 2, 3, 4, 5, 9), (8,))),
        # After the interruption its prompt is only known as the beginning of the next one.
        Taken("append", said((), (12,), total=8)),
        Taken("interrupt", said((1, 2, 3, 4, 5, 9, 8, 11, 12, 13), (14,))),
    ]
    assert new_tokens(taken) == [3, 2, 1, 1, 1]


def test_a_prompt_that_is_told_wrong_is_noticed() -> None:
    with pytest.raises(ValueError, match="3 tokens are told of a prompt of 4"):
        new_tokens([Taken("append", said((1, 2, 3), (4,), total=4))])


@pytest.mark.parametrize(
    ("name", "arguments", "valid"),
    [
        ("read", '{"file_path": "a.py", "line": 3}', True),
        ("read", '{"file_path": "a.py", "line": "3"}', False),
        ("read", '{"file_path": "a.py", "line": true}', False),
        ("read", '{"file_path": "a.py"}', False),
        ("outline", '{"file_path": "a.py", "line": 3}', False),
        ("outline", '{"file_path": "a.py"', False),
        ("outline", '["a.py"]', False),
        ("remove", '{"file_path": "a.py"}', False),
    ],
)
def test_a_call_is_valid_with_all_its_parameters(name: str, arguments: str, valid: bool) -> None:
    specs = {tool.name: tool for tool in tools()}
    assert is_valid(ToolCall("1", name, arguments), specs) == valid


def test_the_opponents_calls_are_read_from_json() -> None:
    call = read_call('{"name": "outline", "arguments": {"file_path": "a.py"}}')
    assert call == ToolCall("call", "outline", '{"file_path": "a.py"}')
    assert read_call('{"name": "outline", "arguments": {"file_pa') is None
    assert read_call('["outline"]') is None


def test_table_and_json_say_the_same() -> None:
    figure = Figure("speed", 2.0, "s", "other", 4.0, 0.5, Target("at most", 0.4), "few pairs")
    run = {"machine": "one"}
    told = json.loads(as_json(run, [figure]))
    assert told["run"] == run
    assert told["figures"][0]["verdict"] == "missed"
    table = as_table(run, [figure])
    assert "| speed  | 2.000 s | other 4.000 s | 0.500 | at most 0.4 | missed  |" in table
    assert table.startswith("machine: one\n") and table.endswith("speed: few pairs.")


@pytest.fixture(scope="module")
def tiny_bench(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    plain, hybrid = folder / "tiny-qwen2.gguf", folder / "tiny-qwen35.gguf"
    write_tiny_model("qwen2", small_model, plain)
    write_tiny_model("qwen35", small_model, hybrid)
    return Bench(plain, hybrid, folder, quick=True)


@pytest.mark.model
@pytest.mark.parametrize("name", ["replay", "replay-hybrid"])
def test_our_side_reads_nothing_twice(tiny_bench: Bench, name: str) -> None:
    figures = FIGURES[name](tiny_bench)
    assert [figure.verdict for figure in figures] == ["met", "met"], figures
    assert all(figure.ours > 0.98 for figure in figures), "more cannot be known: the count is wrong"


@pytest.mark.model
def test_little_of_a_typed_message_is_left_to_read(tiny_bench: Bench) -> None:
    (figure,) = FIGURES["replay-typed"](tiny_bench)
    assert figure.ours < 0.25, figure


@pytest.mark.model
@pytest.mark.parametrize("name", ["decode", "calls"])
def test_it_measures(tiny_bench: Bench, name: str) -> None:
    figures = FIGURES[name](tiny_bench)
    assert all(figure.ours > 0 for figure in figures if figure.ratio is not None)
    assert len(figures) == 2


@pytest.mark.model
def test_a_short_question_waits_for_two_chunks_at_most(tiny_bench: Bench) -> None:
    waiting = FIGURES["together"](tiny_bench)[-1]
    assert waiting.unit == "chunks" and waiting.verdict == "met", waiting


@pytest.mark.model
def test_drafts_change_no_text(tiny_bench: Bench) -> None:
    figures = {figure.what: figure for figure in FIGURES["drafting"](tiny_bench)}
    assert figures["identical text"].verdict == "met"
