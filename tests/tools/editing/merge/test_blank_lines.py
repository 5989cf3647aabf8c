"""A file that is written anew keeps its blank lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_tools.editing.merge.blank_lines import keep_blank_lines

LINES = st.lists(st.sampled_from(["", "  ", "a", "b", "    c"]), max_size=12).map("\n".join)


def said(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@given(LINES, LINES)
def test_all_that_is_said_is_the_new_text(before: str, after: str) -> None:
    assert said(keep_blank_lines(before, after)) == said(after)


@given(LINES, st.data())
def test_differences_of_blank_lines_alone_are_none(before: str, data: st.DataObject) -> None:
    lines: list[str] = []
    for line in said(before):
        lines += [*data.draw(st.lists(st.just(""), max_size=3)), line]
    after = "\n".join([*lines, *data.draw(st.lists(st.just(""), max_size=2))])
    assert keep_blank_lines(before, after) == before
    assert keep_blank_lines(before, before) == before


BEFORE = "import a\n\n\ndef f():\n    x = 1\n\n    return x\n\n\ndef g():\n    return 2\n"


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (BEFORE.replace("\n\n", "\n").replace("x = 1", "x = 2"), BEFORE.replace("x = 1", "x = 2")),
        ("\n".join(said(BEFORE)).replace("import a", "import b"), BEFORE.replace("a\n", "b\n")),
        # What came or went brings its own gaps, unless all were lost.
        (BEFORE.replace("a\n\n\n", "a\nA = 1\n\n"), BEFORE.replace("a\n\n\n", "a\nA = 1\n\n\n")),
        (BEFORE + "\n\ndef h():\n    return 3\n", BEFORE + "\n\ndef h():\n    return 3\n"),
        (BEFORE.partition("\n\n\ndef g")[0] + "\n", BEFORE.partition("\n\n\ndef g")[0] + "\n"),
    ],
)
def test_gaps_beside_a_change(after: str, kept: str) -> None:
    assert keep_blank_lines(BEFORE, after) == kept
