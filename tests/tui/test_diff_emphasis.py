"""Which words of a changed line are emphasised, and which lines are compared."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from inhouse.tui.diff.emphasis import changed_words, partners


def test_words_that_changed() -> None:
    old, new = "    return parse(text)", "    return parse(text, strict)"
    assert changed_words(old, new) == ([], [(21, 29)])
    assert changed_words("one thing", "quite another matter") == ([], [])
    assert changed_words("a" * 5000, "a" * 5001) == ([], [])


@given(some.text(), some.text())
def test_spans_of_words_lie_in_their_lines(old: str, new: str) -> None:
    for line, spans in zip((old, new), changed_words(old, new), strict=True):
        assert all(0 <= start < end <= len(line) for start, end in spans)


@given(some.lists(some.text()), some.lists(some.text()))
def test_partners_do_not_cross(removed: list[str], added: list[str]) -> None:
    pairs = partners(removed, added)
    assert pairs == sorted(set(pairs))
    assert all(old < len(removed) and new < len(added) for old, new in pairs)
    for (old, new), (next_old, next_new) in pairwise(pairs):
        assert old < next_old
        assert new < next_new


def test_the_like_one_of_several_lines_is_its_partner() -> None:
    assert partners(["x = parse(text)"], ["# a remark", "x = parse(text, 1)"]) == [(0, 1)]
