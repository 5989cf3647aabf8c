"""What is kept of a run can be read again, summarised, compared and drawn."""

import json
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from inhouse.evaluating.attempt import Attempt, Figures, Outcome, Trial, decode_attempt
from inhouse.evaluating.chart import draw
from inhouse.evaluating.comparison import compare
from inhouse.evaluating.evaluation import finished
from inhouse.evaluating.plan import Limits, Plan, decode_plan
from inhouse.evaluating.report import comparison_lines, lines_of
from inhouse.evaluating.run_folder import Header, RunFolder, RunProblem
from inhouse.evaluating.summary import summarise

OUTCOMES: tuple[Outcome, ...] = ("solved", "failed", "unjudged", "skipped", "error")
SVG = "{http://www.w3.org/2000/svg}"


def attempt(task: str, outcome: Outcome = "solved", number: int = 1, **keys: object) -> Attempt:
    """An attempt of model m."""
    trial = Trial(str(keys.pop("model", "m")), task, number, str(keys.pop("digest", "d")), "c")
    figures = Figures(output_tokens=10, input_tokens=30, cached_input_tokens=10)
    return Attempt(trial, outcome, figures=figures, seconds=2.0)


ATTEMPTS = st.builds(
    attempt, st.text(min_size=1), st.sampled_from(OUTCOMES), st.integers(1, 3), model=st.text()
)


@given(ATTEMPTS)
def test_an_attempt_survives_being_kept(one: Attempt) -> None:
    assert decode_attempt(json.loads(json.dumps(one.encode()))) == one


@given(st.one_of(st.none(), st.integers(), st.dictionaries(st.text(), st.integers())))
def test_what_is_no_attempt_is_none(value: object) -> None:
    assert decode_attempt(value) is None
    assert decode_plan(value) is None


def test_torn_lines_are_left_out_and_the_newest_counts(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.append(attempt("one", "error"))
    with (tmp_path / "attempts.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"trial": {"model": "m", "ta')
    run.append(attempt("one", "solved"))
    run.append(attempt("two", "error"))
    assert [(one.trial.task, one.outcome) for one in run.read_attempts()] == [
        ("one", "solved"),
        ("two", "error"),
    ]
    run.append(attempt("one", "failed", digest="changed"))
    assert [one.outcome for one in run.read_attempts()] == ["failed", "error"]
    # What ended by an error is tried again.
    assert {trial.task for trial in finished(run.read_attempts())} == {"one"}


def test_a_run_is_held_by_one(tmp_path: Path) -> None:
    with RunFolder(tmp_path).hold() as first, RunFolder(tmp_path).hold() as second:
        assert (first, second) == (True, False)
    with RunFolder(tmp_path).hold() as again:
        assert again


def test_the_plan_of_a_run_comes_back(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "new" / "run")
    header = Header(Plan("tasks", "x", models=("a", "b"), limits=Limits(3, 2)), "here", "now")
    run.write_header(header)
    assert run.read_header() == header
    (run.path / "run.json").write_text('{"version": 99}', "utf-8")
    assert isinstance(run.read_header(), RunProblem)
    (run.path / "run.json").write_text("[" * 100_000, "utf-8")
    assert isinstance(run.read_header(), RunProblem)


def test_logs_stay_in_the_run(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    for model in ("../../evil", "/abs/model.gguf", "..", ""):
        folder = run.logs_of(Trial(model, "task", 1, "d", "c")).resolve()
        assert folder.is_relative_to(tmp_path.resolve() / "logs")


def test_rates_are_over_tasks_and_skipped_ones_do_not_count() -> None:
    attempts = [
        *(attempt("one", "solved", number) for number in (1, 2)),
        attempt("two", "solved", 1),
        attempt("two", "failed", 2),
        attempt("three", "skipped"),
    ]
    summary = summarise("m", attempts)
    assert (summary.tasks, summary.attempts, summary.solved, summary.skipped) == (2, 4, 3, 1)
    assert (summary.rate, summary.any_of, summary.all_of) == (0.75, 1.0, 0.5)
    assert (summary.input_tokens, summary.cached_input_tokens) == (120, 40)
    text = "\n".join(lines_of(summary))
    assert "pass@1 75.0%" in text
    assert "pass@2 100.0%, pass^2 50.0%" in text
    assert "0 of 0" in "\n".join(lines_of(summarise("m", [])))


def test_only_the_same_version_of_a_task_is_compared() -> None:
    first = [attempt("one"), attempt("two", "failed"), attempt("three"), attempt("four")]
    second = [
        attempt("one", "failed"),
        attempt("two"),
        attempt("three"),
        attempt("four", digest="other"),
    ]
    found = compare(("a", first), ("b", second))
    assert (found.pairs, found.both, found.neither) == (3, 1, 0)
    assert (found.only_first, found.only_second) == (("one-1",), ("two-1",))
    assert (found.seconds_ratio, found.written_ratio) == (1.0, 1.0)
    assert "only A: one-1" in "\n".join(comparison_lines(found))
    assert compare(("a", []), ("b", second)).seconds_ratio is None


@given(st.lists(st.tuples(st.text(), st.lists(ATTEMPTS, max_size=6)), max_size=4))
def test_every_chart_is_well_formed_and_says_what_it_shows(
    named: list[tuple[str, list[Attempt]]],
) -> None:
    picture = ElementTree.fromstring(draw(named))
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}title") is not None
    about = picture.find(f"{SVG}desc")
    assert about is not None
    assert (about.text or "").count("pass@1") >= len(named)
    width, height = (float(part) for part in (picture.get("viewBox") or "").split()[2:])
    for box in picture.iter(f"{SVG}rect"):
        assert float(box.get("x", 0)) + float(box.get("width", 0)) <= width
        assert float(box.get("y", 0)) + float(box.get("height", 0)) <= height
