"""A diff is cut to its budget, the largest file first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_agent.commit_material import LEAST_DIFF, Material, cut_fairly, slim
from inhouse_tools.git.diff import FileDiff
from inhouse_tools.git.status import Changed


def lines(count: int) -> str:
    return "\n".join(f"+line number {number:05}" for number in range(count))


def test_what_fits_is_whole() -> None:
    texts = [lines(3), lines(2)]
    assert cut_fairly(texts, 1_000) == texts


def test_the_largest_is_cut_first() -> None:
    small, large, larger = lines(5), lines(500), lines(900)
    kept, first, second = cut_fairly([small, large, larger], 2_000)
    assert kept == small
    assert first.startswith("+line number 00000\n+line number 00001\n")
    assert first.endswith(" more lines of this file]")
    assert abs(len(first) - len(second)) < 40
    assert 1_700 < len(kept + first + second) <= 2_000


@settings(max_examples=40)
@given(st.lists(st.integers(0, 400), max_size=12), st.integers(0, 5_000))
def test_the_budget_holds(sizes: list[int], budget: int) -> None:
    texts = [lines(size) for size in sizes]
    cut = cut_fairly(texts, budget)
    assert len(cut) == len(texts)
    assert sum(map(len, cut)) <= budget
    if sum(map(len, texts)) <= budget:
        assert cut == texts
    # Nothing that is cut ends shorter than something that is whole, unless it says nothing.
    whole = [len(text) for text, kept in zip(texts, cut, strict=True) if text == kept]
    levels = [len(kept) for text, kept in zip(texts, cut, strict=True) if text != kept and kept]
    assert all(level >= LEAST_DIFF - 30 for level in levels)
    assert not levels or max(whole, default=0) <= max(levels) + 60


def test_headers_and_endless_lines_are_left_out() -> None:
    text = (
        "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n"
        "-index of all\n+" + "y" * 1_000 + "\n"
    )
    said = slim(text)
    assert said.startswith("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-index of all\n+yyy")
    assert len(said) < 320


def test_what_a_model_is_told() -> None:
    changes = (Changed("a", "modified"), Changed("new", "renamed", "old"))
    diffs = (FileDiff("a", "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n"),)
    told = Material(changes, diffs, ("Fix x", "Add y"), "issue 7").tell(1_000)
    assert "modified a\nrenamed new (was old)\n" in told
    assert "-1\n+2\n" in told
    assert "- Fix x\n- Add y\n" in told
    assert told.endswith("Mention above all: issue 7")
    assert "Diff:" not in Material(changes, diffs).tell(0)


def test_very_many_files_are_counted() -> None:
    changes = tuple(Changed(f"f{number}", "added") for number in range(500))
    assert "and 440 more" in Material(changes, ()).tell(100)
