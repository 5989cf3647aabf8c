"""Mode plan: tasks end with a typed plan, questions with an answer, and nothing is changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.kits import Bench, requests, run, scripted

from inhouse_agent.events import Noticed, PlanChanged, PlanProposed, TurnStarted
from inhouse_agent.kit import Options
from inhouse_agent.permission import Policy
from inhouse_agent.plan import Plan, PlanStep
from inhouse_agent.plan_text import parse_plan
from inhouse_agent.planning import is_command
from inhouse_models.scripted import Answer, call, say

HANDED_IN = {
    "goal": "A better a",
    "steps": [
        {"files": ["a.txt"], "new_files": [], "symbols": [], "intent": "Write it", "verify": ""}
    ],
    "verify": ["sh check.sh", "Run the tests in `a.txt`."],
}
PLAN = Plan("A better a", (PlanStep("Write it", files=("a.txt",)),), ("sh check.sh",))


def bench_in_plan_mode(root: Path, *answers: Answer) -> Bench:
    (root / "a.txt").write_text("old")
    bench = scripted(root, *answers)
    bench.kit.policy = Policy("plan")
    return bench


def test_a_task_ends_with_a_plan(tmp_path: Path) -> None:
    bench = bench_in_plan_mode(
        tmp_path,
        call("look", file_path="a.txt"),
        call("put", file_path="a.txt", content="new"),
        say("I would write a.txt."),
        say(json.dumps(HANDED_IN)),
    )
    ended = run(bench, "Make a better.")
    assert ended.ending == "success"
    assert parse_plan(ended.text) == PLAN
    assert [event.plan for event in bench.of(PlanProposed)] == [PLAN]
    assert bench.of(PlanChanged)[-1].steps == (("Write it", "todo"),)
    assert bench.kit.memory.open_plan == (("Write it", "todo"),)
    assert (tmp_path / "a.txt").read_text() == "old"
    (notice,) = (event.text for event in bench.of(Noticed) if "no command" in event.text)
    assert "Run the tests" in notice
    assert "mode plan only reads" in bench.answers()[1]
    schema = requests(bench)[-1].schema
    assert schema is not None
    assert "a.txt" in json.dumps(schema)
    assert [event.prompt for event in bench.of(TurnStarted)] == ["Make a better."]


def test_a_question_is_only_answered(tmp_path: Path) -> None:
    bench = bench_in_plan_mode(tmp_path, say("It holds a word."))
    ended = run(bench, "What does a.txt hold?")
    assert (ended.ending, ended.text) == ("success", "It holds a word.")
    assert not bench.of(PlanProposed)


def test_a_schema_of_the_person_goes_first(tmp_path: Path) -> None:
    bench = bench_in_plan_mode(tmp_path, say("Done."), say("[1]"))
    bench.kit.options = Options(schema={"type": "array"})
    assert run(bench).text == "[1]"


def test_what_is_no_plan_is_said(tmp_path: Path) -> None:
    bench = bench_in_plan_mode(tmp_path, say("I would."), say("no JSON"))
    ended = run(bench)
    assert ended.ending == "failed"
    assert "no JSON" in ended.text


def test_a_plan_that_was_cut_off_is_said(tmp_path: Path) -> None:
    bench = bench_in_plan_mode(tmp_path, say("I would."), Answer('{"goal', reason="length"))
    assert run(bench).ending == "limit"


def test_a_small_model_chooses_among_commands_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n")
    bench = bench_in_plan_mode(tmp_path, say("I would."), say(json.dumps(HANDED_IN)))
    bench.kit.profile = replace(bench.kit.profile, held=True)
    run(bench, "Make a better, `pytest -q` must pass.")
    schema = json.dumps(requests(bench)[-1].schema)
    assert '"enum": ["pytest -q"' in schema


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python3 -m unittest -q", True),
        ("FLAG=1 ./run.sh && true", True),
        ("[ -e a.txt ]", True),
        ("! grep -q old a.txt", True),
        ("Run the tests", False),
        ("bash(test_prices.py)", False),
        ("it's done", False),
        ("", False),
    ],
)
def test_sentences_are_no_commands(text: str, expected: bool) -> None:
    assert is_command(text) is expected
