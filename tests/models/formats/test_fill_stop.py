"""Where completions end, token by token and at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.completion import StopRule
from inhouse_models.formats.fill_stop import ending_for, find_end, settled

BLOCK, LINE, ANY = StopRule(), StopRule("line"), StopRule("any")
CASES = {
    "a line": ("x = ", "\n", LINE, "1 + 2\ny = 3", "1 + 2"),
    "the text goes on outside": ("def f():\n    return ", "\n", BLOCK, "1\n\ndef g():", "1"),
    "an inner block, and back": (
        "if a:\n    for b in c:",
        "\n",
        BLOCK,
        "\n        d()\n    e()\nf()",
        "\n        d()",
    ),
    "a block that closes": ("x = f(", "\n", BLOCK, "\n    1,\n)\ny", "\n    1,\n)"),
    "another branch": (
        "if a:",
        "\n",
        BLOCK,
        "\n    b()\nelse:\n    c()\nd()",
        "\n    b()\nelse:\n    c()",
    ),
    "another paragraph": ("import os", "\n", BLOCK, "\nimport sys\n\nprint(1)\n", "\nimport sys"),
    "what the line has already": ("print(", ")", BLOCK, "a, b)\nc", "a, b"),
    "a part of what the line has": ("call(", "):", BLOCK, "a):", "a"),
    "what the suffix has next": ("a\n", "\nprint(1)\n", ANY, "b\nprint(1)\nc", "b"),
    "a word": ("a", "", StopRule("any", texts=("END",)), "bcENDd", "bc"),
    "less indented than asked": ("    a", "", StopRule("block", indent=4), "b\n  c\nd", "b"),
    "everything": ("a", "", ANY, "b\n\nc", "b\n\nc"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_ends_where_it_should_and_not_a_token_later(case: str) -> None:
    prefix, suffix, rule, text, wanted = CASES[case]
    ending = ending_for(prefix, suffix, rule)
    ends = [find_end(text[:size], ending) for size in range(1, len(text))]
    ends.append(find_end(text, ending, whole=True))
    end = next(found for found in ends if found is not None)
    assert text[:end] == wanted
    assert text[: find_end(text, ending, whole=True)] == wanted


@given(
    st.text("ab \n)", max_size=40),
    st.sampled_from(["", ")", "\nab\n"]),
    st.sampled_from([BLOCK, LINE, ANY]),
)
def test_what_is_shown_early_stays(text: str, suffix: str, rule: StopRule) -> None:
    ending = ending_for("  x = ", suffix, rule)
    shown = 0
    for size in range(1, len(text) + 1):
        end = find_end(text[:size], ending)
        if end is not None:
            assert shown <= end
            return
        shown = max(shown, settled(text[:size], ending))
    end = find_end(text, ending, whole=True)
    assert end is not None and shown <= end
