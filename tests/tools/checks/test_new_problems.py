"""Only what an edit has brought is new: lines that moved do not make old problems new."""

from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_tools.checks.problem import (
    Finding,
    Problem,
    findings,
    mark_of,
    new_problems,
)

WORDS: tuple[str, ...] = ("os.remove(x)", "return total", "    import os", "x = 1", "", "    x = 1")
CODES: tuple[str, ...] = ("F401", "E501", "")
TEXTS: tuple[str, ...] = ("unused import", "redefined from line 3", "name `x` at a.py:7:2 shadows")


@st.composite
def files(draw: st.DrawFn) -> tuple[list[str], list[Problem]]:
    """The lines of a file, and problems that stand in them."""
    lines = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    places = draw(st.lists(st.integers(0, len(lines)), max_size=6))
    problems = [
        Problem("a.py", line, 1, draw(st.sampled_from(CODES)), draw(st.sampled_from(TEXTS)))
        for line in places
    ]
    return lines, problems


def found(lines: list[str], problems: list[Problem]) -> list[Finding]:
    return [Finding(one, mark_of(one, lines)) for one in problems]


def marks(found: list[Finding]) -> Counter[tuple[str, str, str, str]]:
    return Counter(finding.mark for finding in found)


def moved(problem: Problem, by: int) -> Problem:
    """The problem as its check says it when its line, and the line that it names, moved."""
    if not problem.line:
        return problem
    text = problem.text.replace("line 3", f"line {3 + by}").replace(":7:2", f":{7 + by}:2")
    return Problem(problem.file, problem.line + by, 1, problem.code, text)


@settings(max_examples=40)
@given(files(), st.lists(st.sampled_from(WORDS), max_size=5))
def test_lines_inserted_above_make_nothing_new(
    file: tuple[list[str], list[Problem]], inserted: list[str]
) -> None:
    lines, problems = file
    after = found(inserted + lines, [moved(one, len(inserted)) for one in problems])
    assert new_problems(marks(found(lines, problems)), after) == []


@settings(max_examples=40)
@given(files(), st.lists(st.sampled_from(WORDS), max_size=5), st.data())
def test_what_was_added_is_new_and_nothing_else(
    file: tuple[list[str], list[Problem]], inserted: list[str], data: st.DataObject
) -> None:
    lines, problems = file
    added = Problem("a.py", 1, 1, "X999", "brought by the edit")
    kept = [moved(one, len(inserted)) for one in problems]
    place = data.draw(st.integers(0, len(kept)))
    after = found(inserted + lines, [*kept[:place], added, *kept[place:]])
    assert new_problems(marks(found(lines, problems)), after) == [added]


@settings(max_examples=40)
@given(files())
def test_what_was_repaired_is_not_new_and_hides_nothing(
    file: tuple[list[str], list[Problem]],
) -> None:
    lines, problems = file
    before = marks(found(lines, problems))
    assert new_problems(before, found(lines, problems[1:])) == []
    again = found(lines, problems + problems[:1])
    assert new_problems(before, again) == problems[:1]


def test_the_same_problem_on_a_line_of_other_content_is_new() -> None:
    old = [Problem("a.py", 1, 1, "F821", "undefined name")]
    new = [Problem("a.py", 1, 1, "F821", "undefined name")]
    before = marks(found(["x = y"], old))
    assert new_problems(before, found(["x = z"], new)) == new
    assert new_problems(before, found(["    x = y"], new)) == []


def test_the_content_of_lines_is_read_from_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"one\r\n  two \xff\n")
    problems = [
        Problem("a.py", 2, 1, "E1", "bad"),
        Problem("a.py", 9, 1, "E1", "beyond the end"),
        Problem("a.py", 0, 0, "E1", "the whole file"),
        Problem("gone.py", 1, 1, "E1", "not there"),
        Problem(".", 1, 1, "E1", "a folder"),
    ]
    contents = [finding.mark[3] for finding in findings(problems, tmp_path)]
    assert contents == ["two \ufffd", "", ""]
