"""Plans on their way: the draft that a person changes, and the fields of one step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.tui.blocks.plan_draft import PlanDraft
from inhouse.tui.screens.plan_fields import leaves_folder, problems_of, read_step, texts_of
from inhouse_agent.plan import Plan, PlanProblem, PlanStep

ONE, TWO, THREE = (PlanStep(text) for text in ("one", "two", "three"))
DRAFT = PlanDraft.of(Plan("all", (ONE, TWO, THREE), ("pytest",)))


def test_a_step_is_dropped_and_taken_back() -> None:
    dropped = DRAFT.toggled(1)

    assert dropped.plan == Plan("all", (ONE, THREE), ("pytest",))
    assert dropped.toggled(1) == DRAFT


def test_an_edited_step_is_to_be_done() -> None:
    assert DRAFT.toggled(0).edited(0, PlanStep("first")).plan.steps[0] == PlanStep("first")


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-1, 1]))))
def test_moving_loses_no_step(moves: list[tuple[int, int]]) -> None:
    draft = DRAFT.toggled(2)
    for place, by in moves:
        draft = draft.moved(place, by)

    assert sorted(one.step.intent for one in draft.steps) == ["one", "three", "two"]
    assert {one.step.intent for one in draft.steps if one.dropped} == {"three"}


def test_the_ends_stay_where_they_are() -> None:
    assert DRAFT.moved(0, -1) == DRAFT == DRAFT.moved(2, 1)
    assert [one.step for one in DRAFT.moved(0, 1).steps] == [TWO, ONE, THREE]


NAMES = st.lists(
    st.text("abc/._-, ", min_size=1, max_size=12).map(str.strip).filter(lambda name: len(name) > 0),
    max_size=3,
    unique=True,
).map(tuple)


@given(NAMES, NAMES, st.sampled_from(["", "pytest -q", "make test"]))
def test_a_step_survives_the_form(
    files: tuple[str, ...], symbols: tuple[str, ...], verify: str
) -> None:
    step = PlanStep("Do `this`: well, that.", files, (), symbols, verify)

    assert read_step(texts_of(step)) == step


def test_a_step_says_what_is_done() -> None:
    assert read_step({**texts_of(ONE), "intent": "  "}) == PlanProblem("Say what is done.")


@pytest.mark.parametrize(
    ("step", "problems"),
    [
        (PlanStep("x", ("here.py",), ("new.py",), (), "ls -l"), {}),
        (PlanStep("x", ("gone.py",)), {"files": "gone.py does not exist: is it a new file?"}),
        (PlanStep("x", ("/etc/passwd",)), {"files": "/etc/passwd is outside the folder."}),
        (PlanStep("x", (), ("a/../../b",)), {"new_files": "a/../../b is outside the folder."}),
        (
            PlanStep("x", (), ("here.py",)),
            {"new_files": "here.py exists already: name it under files."},
        ),
        (
            PlanStep("x", verify="no-such-program --now"),
            {"verify": "no-such-program is no program here."},
        ),
    ],
)
def test_each_problem_is_said_where_it_is(step: PlanStep, problems: dict[str, str]) -> None:
    assert problems_of(step, {"here.py"}.__contains__) == problems


def test_without_a_folder_any_file_may_be_named() -> None:
    assert problems_of(PlanStep("x", ("gone.py",), ("here.py",))) == {}


def test_a_path_of_the_home_leaves_the_folder() -> None:
    assert leaves_folder("~/x")
    assert not leaves_folder("src/x.py")
