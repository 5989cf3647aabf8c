"""A plan is Markdown that people change: what is written is read back, and slips are named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_agent.plan import Plan, PlanProblem, PlanStep, plan_schema, read_plan
from inhouse_agent.plan_text import parse_plan, render_plan, render_step

PLAN = Plan(
    "Read settings from TOML",
    (
        PlanStep(
            "Load TOML instead of JSON",
            files=("app/config.py", "a b.py"),
            symbols=("load", "Config.read"),
            verify="python -m pytest tests/test_config.py",
        ),
        PlanStep("Say so in the README", files=("README.md",), new_files=("docs/config.md",)),
    ),
    ("python -m pytest -q", "ruff check ."),
)
words = st.text("ab c`-#:,.1é_", min_size=1, max_size=20).map(lambda s: " ".join(s.split()))
lines = words.filter(bool)
# Markdown takes a first "#" or a number at the start of a line for its own.
names = st.text("ab`,./_-", min_size=1, max_size=12).filter(lambda name: name.strip("`"))
steps = st.builds(
    PlanStep,
    lines,
    *(st.lists(names, max_size=3, unique=True).map(tuple) for _field in range(3)),
    st.one_of(st.just(""), names),
)
plans = st.builds(
    Plan,
    lines.filter(lambda line: not line.startswith("#")),
    st.lists(steps, min_size=1, max_size=4).map(tuple),
    st.lists(names, max_size=3).map(tuple),
)


@given(plans)
def test_what_is_written_is_read_back(plan: Plan) -> None:
    assert parse_plan(render_plan(plan)) == plan


def test_a_plan_is_shown_as_markdown() -> None:
    assert render_plan(PLAN) == (
        "# Read settings from TOML\n\n"
        "1. Load TOML instead of JSON\n"
        "   - files: `app/config.py`, `a b.py`\n"
        "   - symbols: `load`, `Config.read`\n"
        "   - verify: `python -m pytest tests/test_config.py`\n"
        "2. Say so in the README\n"
        "   - files: `README.md`\n"
        "   - new files: `docs/config.md`\n\n"
        "Verify:\n- `python -m pytest -q`\n- `ruff check .`\n"
    )
    assert render_step(PLAN.steps[1]) == (
        "Say so in the README\nFiles: `README.md`\nNew files: `docs/config.md`"
    )


def test_people_write_it_more_loosely() -> None:
    text = """
    1) Do this
       in two lines
    - Files: a.py, b.py
    * verify: make `all` the tests
    Verify: make test
    """
    assert parse_plan(text) == Plan(
        "Do this in two lines",
        (PlanStep("Do this in two lines", files=("a.py", "b.py"), verify="make `all` the tests"),),
        ("make test",),
    )


def test_json_is_read_too() -> None:
    step = {"intent": "Do  it\n", "files": ["a.py", "a.py", 3], "verify": None}
    expected = Plan("Do it", (PlanStep("Do it", files=("a.py",)),))
    assert parse_plan(json.dumps({"steps": [step]})) == expected
    assert read_plan({"steps": [step], "goal": "\x1b[31m", "verify": "x"}) == Plan(
        "[31m", expected.steps
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no steps"),
        ("{", "not JSON"),
        ("{}", "no steps"),
        ('{"steps": [{"files": []}]}', "Step 1"),
        ("Hello", "Line 1"),
        ("# Goal\n1. Do it\n   - file: a.py", "'file' is not known"),
        ("1. Do it\nVerify:\nmake", "Line 3"),
        ("1.   ", "no heading, step"),
    ],
)
def test_what_is_no_plan_says_why(text: str, said: str) -> None:
    problem = parse_plan(text)
    assert isinstance(problem, PlanProblem)
    assert said in problem.text


def test_all_commands_judge_the_whole_each_once() -> None:
    plan = Plan("x", (PlanStep("a", verify="t"), PlanStep("b"), PlanStep("c", verify="t")), ("u",))
    assert plan.commands == ("t", "u")


def test_files_are_held_to_those_that_exist() -> None:
    text = json.dumps(plan_schema(["a.py", "b.py"], ["make"]))
    assert '"enum": ["a.py", "b.py"]' in text
    assert '"enum": ["make", ""]' in text
    assert '"enum"' not in json.dumps(plan_schema([str(number) for number in range(1000)], None))
    assert '"enum"' not in json.dumps(plan_schema([], None))
